import { expect } from "chai";
import * as fc from "fast-check";
import { startIamEmulator } from "../../src/emulator";
import { connect, describeEmulator, type Connection } from "../support/iam-target";
import { closing } from "../support/opened";
import { errorIn } from "./answers";
import { adding, bucketBody, equals, OBJECT_WRITER, READER } from "./bodies";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Words with a meaning in some places of a policy. The tests put them into other places. */
const WORDS = [
  "authorization",
  "access",
  "accountId",
  "serviceName",
  "resourceGroupId",
  "resource-group",
  "resourceType",
  "event-notifications",
  "kms",
  "stringEquals",
  "stringExists",
  "stringMatchAnyOf",
  "__proto__",
  "constructor",
  READER,
  OBJECT_WRITER,
];
const anything = fc.oneof(
  fc.constantFrom<Json>(...WORDS, "", [], {}, null, true, 0, -1, 1e308, "x".repeat(1001)),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
);

/** One change at one place of a body. */
interface Mutation {
  place: number;
  how: "replace" | "remove" | "add" | "repeat";
  name: string;
  value: Json;
}
const mutation: fc.Arbitrary<Mutation> = fc.record({
  place: fc.nat(200),
  how: fc.constantFrom("replace", "remove", "add", "repeat"),
  name: fc.oneof(
    fc.constantFrom(...WORDS, "tags", "rule", "pattern", "description", "operator"),
    fc.string(),
  ),
  value: anything,
});

/** Returns every array and object in a value, itself included. */
function containers(value: Json): (Json[] | Record<string, Json>)[] {
  if (typeof value !== "object" || value === null) return [];
  return [value, ...Object.values(value).flatMap(containers)];
}

function mutated(body: Json, { place, how, name, value }: Mutation): Json {
  const copy = structuredClone(body);
  const places = containers(copy).flatMap((at) => Object.keys(at).map((key) => [at, key] as const));
  const [at, key] = places[place % places.length] ?? [];
  if (at === undefined || key === undefined) return value;
  if (Array.isArray(at)) {
    const index = Number(key);
    const items = {
      replace: [value],
      remove: [],
      add: [at[index] ?? null, value],
      repeat: [at[index] ?? null, at[index] ?? null],
    };
    at.splice(index, 1, ...items[how]);
  } else if (how === "remove") Reflect.deleteProperty(at, key);
  // An assignment to `__proto__` would set the prototype.
  else Object.defineProperty(at, how === "add" ? name : key, { value, enumerable: true, configurable: true });
  return copy;
}

describeEmulator("an arbitrary body", () => {
  let connection: Connection;
  let accountId: string;
  beforeEach(async () => {
    const target = closing(await startIamEmulator());
    connection = connect(target);
    ({ accountId } = target);
  });

  /** Sends a body and asserts that the response is a success or one of IAM's errors. */
  async function sent(method: string, path: string, json: Json, headers: Record<string, string> = {}) {
    const body = JSON.stringify(json);
    const answer = await connection.send(method, path, {
      body,
      headers: { "content-type": "application/json", ...headers },
    });
    if (answer.status >= 300) {
      expect(answer.status, body).to.be.within(400, 499);
      errorIn(answer);
    }
    return answer;
  }

  const valid = () => {
    const body = adding(
      "resource",
      bucketBody(accountId, { description: "why" }),
      equals("region", "us-south"),
    );
    return JSON.parse(JSON.stringify(body)) as Json;
  };

  it("is refused by POST /v2/policies with one of IAM's errors", async () => {
    const property = fc.asyncProperty(anything, async (json) => {
      const { status } = await sent("POST", "/v2/policies", json);
      expect(status).to.equal(400);
    });
    await fc.assert(property, { numRuns: 200 });
  });

  it("is refused by POST and PUT of v1 with one of IAM's errors", async () => {
    const { body, headers } = await sent("POST", "/v2/policies", valid());
    const path = `/v1/policies/${(body as { id: string }).id}`;
    const property = fc.asyncProperty(anything, async (json) => {
      expect((await sent("POST", "/v1/policies", json)).status).to.equal(400);
      expect((await sent("PUT", path, json, { "if-match": String(headers["etag"]) })).status).to.equal(400);
    });
    await fc.assert(property, { numRuns: 100 });
  });

  it("that is nearly valid is created unchanged or refused by POST", async () => {
    const seen = new Set<number>();
    const property = fc.asyncProperty(fc.array(mutation, { maxLength: 3 }), async (mutations) => {
      const json = mutations.reduce(mutated, valid());
      const { status, body } = await sent("POST", "/v2/policies", json);
      seen.add(status);
      if (status === 201) expect(body).to.deep.include(json);
    });
    await fc.assert(property, { numRuns: 300, examples: [[[]]] });
    expect(seen).to.include(201).and.to.include(400);
  });

  it("that is nearly valid is stored unchanged or refused by PUT", async () => {
    const { body, headers } = await sent("POST", "/v2/policies", valid());
    const path = `/v2/policies/${(body as { id: string }).id}`;
    let etag = String(headers["etag"]);
    const seen = new Set<number>();
    const property = fc.asyncProperty(fc.array(mutation, { maxLength: 3 }), async (mutations) => {
      const json = mutations.reduce(mutated, valid());
      const answer = await sent("PUT", path, json, { "if-match": etag });
      seen.add(answer.status);
      if (answer.status !== 200) return;
      expect(answer.body).to.deep.include(json);
      expect(answer.headers["etag"]).not.to.equal(etag);
      etag = String(answer.headers["etag"]);
    });
    await fc.assert(property, { numRuns: 300, examples: [[[]]] });
    expect(seen).to.include(200).and.to.include(400);
  });

  it("is refused by PATCH with one of IAM's errors", async () => {
    const { body, headers } = await sent("POST", "/v2/policies", valid());
    const path = `/v1/policies/${(body as { id: string }).id}`;
    const property = fc.asyncProperty(anything, async (json) => {
      expect((await sent("PATCH", path, json, { "if-match": String(headers["etag"]) })).status).to.equal(400);
    });
    await fc.assert(property, { numRuns: 100 });
  });
});
