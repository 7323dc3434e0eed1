import { inspect } from "node:util";
import { expect } from "chai";
import { openIam, type Iam } from "../../src/iam";
import { openResources } from "../../src/iam/resources";
import type { PolicyBody, Settings } from "../../src/iam/types";
import { toPolicyBody } from "../../src/provider/policy-mapping";
import type { AuthorizationProvider } from "../../src/provider/provider";
import type { Inputs, State } from "../../src/provider/types";
import { startEchoingIam, type Echo, type EchoingIam, type Sent } from "../support/echoing-iam";
import { ENCODINGS, finderOf } from "../support/encodings";
import { bucketInputs, KMS } from "../support/inputs";
import { configured, failure, QUICK } from "../support/provider";
import { localOrCi, ranOf, subset } from "../support/subset";
import { summarize } from "../support/summary";

const KEY = `Zq9-x/7+Lm2<K>&v8Wd=4pT_sE5%41uRj\\pQ3nYc"0aB6f`;
const CLIENT_SECRET = "cS4~tU/8vN+w1XyZ0aBcDeFgHiJkLmNoPqRs";
const [findKey, findClientSecret] = [finderOf(KEY), finderOf(CLIENT_SECRET)];
const TIMEOUTS = { ...QUICK, retryTimeout: 300, firstDelay: 1, longestDelay: 1, propagation: 0 };

const HUGE = "errors[0].message of 5 MB";

/** Places of a response that may end up in an error. */
const PLACES: Record<string, (echoed: string) => Echo> = {
  "errors[0].message": (message) => ({ body: { errors: [{ code: "invalid_body", message }] } }),
  "errors[0].message of 401": (message) => ({ status: 401, body: { errors: [{ code: "x", message }] } }),
  "errors[0].message of 500": (message) => ({ status: 500, body: { errors: [{ code: "x", message }] } }),
  "errors[0].message with escape sequences": (echoed) => ({
    body: { errors: [{ code: "x", message: `\u001b[31m${echoed}\u001b[0m\u202e` }] },
  }),
  [HUGE]: (echoed) => ({
    body: {
      errors: [{ code: "x", message: `${"no, ".repeat(118)}${echoed}${"no, ".repeat(1_250_000)}` }],
    },
  }),
  "errors[0].code": (code) => ({ body: { errors: [{ code, message: "Invalid." }] } }),
  "errors[0].details": (echoed) => ({
    body: {
      errors: [{ code: "x", message: "Invalid.", details: { sent: { echoed } }, more_info: echoed }],
    },
  }),
  "the conflicting policy": (id) => ({
    status: 409,
    body: { errors: [{ code: "x", message: "Exists.", details: { conflicts_with: { policy: { id } } } }] },
  }),
  errorCode: (errorCode) => ({ body: { errorCode, errorMessage: "Invalid." } }),
  errorMessage: (errorMessage) => ({ body: { errorCode: "BXNIM0415E", errorMessage } }),
  "errorDetails and context": (echoed) => ({
    body: { errorCode: "BXNIM0415E", errorMessage: "No.", errorDetails: echoed, context: { url: echoed } },
  }),
  "error_code and message": (echoed) => ({ body: { error_code: echoed, message: echoed } }),
  trace: (trace) => ({ body: { trace, errors: [{ code: "x", message: "Invalid." }] } }),
  transaction_id: (transaction_id) => ({ body: { transaction_id, message: "Invalid." } }),
  "the header Transaction-Id": (echoed) => ({
    headers: { "Transaction-Id": echoed },
    body: { errors: [{ code: "x", message: "Invalid." }] },
  }),
  "the status text": (statusText) => ({ statusText, body: "" }),
  "a page": (echoed) => ({ status: 502, body: `<html><body><pre>${echoed}</pre></body></html>` }),
  "a page with a good status": (echoed) => ({
    status: 200,
    headers: { "Transaction-Id": echoed },
    body: `<html><body><pre>${echoed}</pre></body></html>`,
  }),
  "JSON of another shape": (echoed) => ({
    status: 200,
    body: { refresh_token: echoed, policies: echoed, resources: echoed, custom_roles: echoed },
  }),
};

/** An authorization in IAM, and the means to call operations on it. */
interface Subject {
  settings: Settings;
  iam: Iam;
  provider: AuthorizationProvider;
  id: string;
  inputs: Inputs;
  state: State;
  body: PolicyBody;
}

/** Operations, each with the call whose response is an echo. */
const OPERATIONS: Record<string, [echoed: RegExp, work: (subject: Subject) => Promise<unknown>]> = {
  "a token": [/^POST \/identity\/token/, ({ settings }) => openIam(settings).identity()],
  "a token with a client secret": [
    /^POST \/identity\/token/,
    ({ settings }) => openIam(settings, "PARTNER").identity(),
  ],
  "the list": [/^GET \/v2\/policies\?/, ({ iam, body }) => iam.findPolicies(body)],
  roles: [
    /^GET \/v2\/roles/,
    ({ iam }) => iam.offeredRoles({ source: "event-notifications", target: "kms" }),
  ],
  create: [/^POST \/v2\/policies/, ({ iam, body }) => iam.createPolicy(body, () => true)],
  read: [/^GET \/v2\/policies\//, ({ iam, id }) => iam.getPolicy(id)],
  update: [
    /^PUT \/v2\/policies/,
    ({ iam, id }) => iam.updatePolicy(id, {}, (current) => current && { ...current, description: "changed" }),
  ],
  delete: [/^DELETE \/v2\/policies/, ({ iam, id }) => iam.deletePolicy(id)],
  instances: [/^GET \/v2\/resource_instances/, ({ settings }) => openResources(settings).instances()],
  "resource groups": [/^GET \/v2\/resource_groups/, ({ settings }) => openResources(settings).groups()],
  "the provider's create": [
    /^POST \/v2\/policies/,
    ({ provider, inputs }) =>
      provider.create({ ...inputs, source: { ...inputs.source, serviceInstance: KMS } }),
  ],
  "the provider's read": [/^GET \/v2\/policies/, ({ provider, id, state }) => provider.read(id, state)],
  "the provider's update": [
    /^PUT \/v2\/policies/,
    ({ provider, id, inputs, state }) => provider.update(id, state, { ...inputs, description: "changed" }),
  ],
  "the provider's delete": [/^DELETE/, ({ provider, id, state }) => provider.delete(id, state)],
};

/** The operations and places that are tried in every encoding, or with megabytes. The others use the same code. */
const THOROUGH_OPERATIONS = ["a token with a client secret", "the provider's read"];
const THOROUGH_PLACES = ["errors[0].message", "errors[0].code", "the header Transaction-Id"];
const FEW = ["as it is", "percent-encoded whole", "base64 after one byte"];

type Cell = [operation: string, place: string, encodings: string[]];

function cells(): Cell[] {
  return Object.keys(OPERATIONS).flatMap((operation) => {
    const isThorough = THOROUGH_OPERATIONS.includes(operation);
    return Object.keys(PLACES)
      .filter((place) => isThorough || place !== HUGE)
      .map((place): Cell => {
        const isWhole = isThorough && THOROUGH_PLACES.includes(place);
        return [operation, place, isWhole ? Object.keys(ENCODINGS) : FEW];
      });
  });
}

/** Returns all credentials of a request, encoded for this place. */
function echoedOf({ authorization, body }: Sent, encoding: string, place: string): string {
  const [, basic] = /^Basic (.*)/.exec(authorization) ?? [];
  const decoded = basic === undefined ? "" : Buffer.from(basic, "base64").toString();
  const encoded = [KEY, authorization, decoded, body]
    .filter((each) => each !== "")
    .map((each) => ENCODINGS[encoding]?.(each) ?? "");
  // Node.js reads at most 16 KB of headers.
  const isShort = /header|status/.test(place);
  return encoded.filter(({ length }) => !isShort || length < 4_000).join(" ");
}

/** Returns every form of an error that a program, a log or Pulumi may print. */
function viewsOf(thrown: unknown): Record<string, string> {
  const all = { depth: 10, maxStringLength: null, maxArrayLength: null, breakLength: Infinity };
  const views: Record<string, string> = {
    inspect: inspect(thrown, all),
    "inspect with hidden properties": inspect(thrown, { ...all, showHidden: true }),
  };
  let at = "error";
  let error = thrown;
  for (; error instanceof Error; at += ".cause", error = error.cause) {
    views[`${at} as text`] = String(error);
    views[`${at}.message`] = error.message;
    views[`${at}.stack`] = error.stack ?? "";
    views[`${at} as JSON`] = jsonOf(error);
  }
  return { ...views, [`${at} as JSON`]: jsonOf(error) };
}

/** Returns JSON of all own properties, including those that are not enumerable. */
function jsonOf(value: unknown): string {
  const seen = new Set<unknown>();
  const json = JSON.stringify(value, (_, each: unknown) => {
    if (typeof each !== "object" || each === null || Array.isArray(each)) return each;
    if (seen.has(each)) return undefined;
    seen.add(each);
    return Object.fromEntries(
      Object.getOwnPropertyNames(each).map((name) => [name, Reflect.get(each, name)]),
    );
  }) as string | undefined;
  return json ?? "";
}

describe("an error contains no credential that a response echoes", () => {
  let iam: EchoingIam;
  let config: Record<string, string>;
  let created: Pick<Subject, "id" | "inputs" | "state" | "body">;

  before(async () => {
    iam = await startEchoingIam(KEY);
    const partner = { apikey: KEY, clientId: "client", clientSecret: CLIENT_SECRET };
    config = {
      "ibmcloud:apiKey": KEY,
      "ibmcloud:iamEndpoint": iam.url,
      "ibmcloud:resourceControllerEndpoint": iam.url,
      "ibmcloud:resourceManagementEndpoint": iam.url,
      "ibmcloud:credentials": JSON.stringify({ PARTNER: partner }),
    };
    const provider = configured(config, {}, { ...TIMEOUTS, retryTimeout: 10_000 });
    const checked = await provider.check({}, { ...bucketInputs() });
    const inputs = JSON.parse(JSON.stringify(checked.inputs)) as Inputs;
    const { id, outs: state } = await provider.create(inputs);
    if (!state) throw new Error("create gave no state");
    const body = { ...toPolicyBody(state, []), roleIds: ["crn:v1:bluemix:public:iam::::serviceRole:Reader"] };
    created = { id, inputs, state, body };
  });

  /** Returns clients of a new run, without a token and without cached policies. */
  function newRun(): Subject {
    const settings = { config: (key: string) => config[key], env: {}, timeouts: TIMEOUTS };
    return { ...created, settings, iam: openIam(settings), provider: configured(config, {}, TIMEOUTS) };
  }

  /** Lists the forms in which an operation's error contains a credential. */
  async function shownBy(operation: string, place: string, encoding: string): Promise<string[]> {
    const [echoed, work] = OPERATIONS[operation] ?? [];
    let token = "";
    iam.echo((request, sent) => {
      if (!echoed?.test(request)) return undefined;
      token = sent.authorization.replace(/^\w+ /, "");
      return PLACES[place]?.(echoedOf(sent, encoding, place));
    });
    let error = await failure(Promise.resolve(work?.(newRun())));
    // On a busy machine, the operation may time out before its first call to the echoing endpoint.
    for (let more = 5; more > 0 && iam.echoes() === 0; more -= 1)
      error = await failure(Promise.resolve(work?.(newRun())));
    expect(iam.echoes(), `${operation} gets the echo and fails with ${error.message}`).to.be.greaterThan(0);
    const finders = Object.entries({
      "the key": findKey,
      "the client secret": findClientSecret,
      ...(token && { "the token": finderOf(token) }),
    });
    return Object.entries(viewsOf(error)).flatMap(([view, printed]) =>
      finders
        .map(([credential, find]) => [credential, find(printed)] as const)
        .filter(([, found]) => found.length > 0)
        .map(([credential, found]) => `${encoding}: ${view} shows ${credential} (${found.join(", ")})`),
    );
  }

  const all = cells();
  const chosen = subset(all, ([operation, place, { length }]) => [operation, place, `${place} ${length}`]);
  const encodingsOfCheck = localOrCi(FEW, Object.keys(ENCODINGS));
  let tried = 0;
  after(() => summarize(`echoed credentials (operation x place): ${ranOf(tried, all.length)}`));

  for (const [operation, place, encodings] of chosen) {
    it(`in ${place}, in response to ${operation}`, async () => {
      const shown: string[] = [];
      for (const encoding of encodings) shown.push(...(await shownBy(operation, place, encoding)));
      tried += 1;
      expect(shown.slice(0, 10).join("\n")).to.equal("");
    });
  }

  it("in a failure or a logged message of check", async () => {
    const messages: string[] = [];
    for (const encoding of encodingsOfCheck) {
      for (const place of ["errors[0].message", "errors[0].code", "trace"]) {
        iam.echo((request, sent) =>
          request.startsWith("GET /v2/roles")
            ? PLACES[place]?.(echoedOf(sent, encoding, "header"))
            : undefined,
        );
        const provider = configured(config, {}, TIMEOUTS, (note) => messages.push(note));
        messages.push(JSON.stringify(await provider.check({}, { ...bucketInputs() })));
        expect(iam.echoes()).to.be.greaterThan(0);
      }
    }
    expect(findKey(messages.join("\n"))).to.deep.equal([]);
  });
});
