import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { bucketInputs, COS } from "../support/inputs";
import { edit } from "../support/iam-edits";
import { closing } from "../support/opened";
import { configured, failure, QUICK, startRig } from "../support/provider";

const HOME = { id: "a".repeat(32), apiKeys: ["home-key"], iamId: "iam-ServiceId-home" };
const OTHER = { id: "b".repeat(32), apiKeys: ["other-key"], iamId: "iam-ServiceId-other" };
const DAY = 86_400_000;

describe("a token", () => {
  it("that is renewed for another account stops the operation", async () => {
    // The core renews a token ten seconds before it expires, so each call renews it.
    const iam = closing(await startIamEmulator({ accounts: [HOME, OTHER], tokenLifetime: 10 }));
    const settings = { "ibmcloud:apiKey": "home-key", "ibmcloud:iamEndpoint": iam.url };
    const { id, outs } = await configured(settings).create(bucketInputs());
    const before = iam.calls().length;
    iam.inject({
      operation: "token",
      nth: 2,
      times: Infinity,
      rewrite: (json) => ({ ...(json as object), access_token: iam.token("other-key") }),
    });
    const error = await failure(configured(settings).delete(id, outs ?? {}));
    expect(error).to.include({ code: "wrong-account" });
    expect(error.message).to.include(OTHER.id).and.include(HOME.id);
    expect(
      iam
        .calls()
        .slice(before)
        .map(({ operation }) => operation),
    ).not.to.include("deleteV2Policy");
  });

  for (const access_token of ["", "abc", "a.b.c", 5, null]) {
    it(`that is invalid makes the response unreadable: ${JSON.stringify(access_token)}`, async () => {
      const rig = await startRig();
      const rewrite = (json: unknown) => ({ ...(json as object), access_token });
      rig.iam.inject({ operation: "token", times: Infinity, rewrite });
      const error = await failure(rig.provider.create(bucketInputs()));
      expect(error).to.include({ code: "not-iam" });
      expect(error.message).to.include("contains no token");
    });

    it(`that is invalid is requested again: ${JSON.stringify(access_token)}`, async () => {
      const rig = await startRig();
      const rewrite = (json: unknown) => ({ ...(json as object), access_token });
      rig.iam.inject({ operation: "token", rewrite });
      await rig.provider.create(bucketInputs());
    });
  }

  it("in IC_IAM_TOKEN that is invalid is reported", async () => {
    const iam = closing(await startIamEmulator());
    const provider = configured({ "ibmcloud:iamEndpoint": iam.url }, { IC_IAM_TOKEN: "abc" });
    expect((await failure(provider.create(bucketInputs()))).message).to.include("is not a JSON Web Token");
  });
});

describe("an endpoint", () => {
  it("that speaks plain HTTP on https:// is reported", async () => {
    const iam = closing(await startIamEmulator());
    const url = iam.url.replace("http://", "https://");
    const provider = configured({ "ibmcloud:apiKey": "k", "ibmcloud:iamEndpoint": url });
    const error = await failure(provider.create(bucketInputs()));
    expect(error).to.include({ code: "invalid-endpoint" });
    expect(error.message).to.include("speaks plain HTTP");
  });

  it("behind a proxy that requires authentication is reported", async () => {
    const server = createServer((_asked, answer) => {
      answer.writeHead(407, { "Proxy-Authenticate": "Basic" }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing({ close: () => new Promise((resolve) => server.close(() => resolve())) });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const provider = configured({ "ibmcloud:apiKey": "k", "ibmcloud:iamEndpoint": url });
    const error = await failure(provider.create(bucketInputs()));
    expect(error).to.include({ code: "proxy-authentication" });
  });
});

describe("the policy of a conflict", () => {
  let iam: IamEmulator;
  const next = (env = {}) =>
    configured({ "ibmcloud:apiKey": iam.apiKey, "ibmcloud:iamEndpoint": iam.url }, env, {
      ...QUICK,
      retryTimeout: 5_000,
    });
  const other = { ...bucketInputs(), target: { ...bucketInputs().target, resource: "other" } };
  beforeEach(async () => {
    iam = closing(await startIamEmulator());
  });

  const ADOPTERS: [title: string, inputs: object, env: object, lost: boolean][] = [
    ["adopt: true", { ...bucketInputs(), adopt: true }, {}, false],
    ["IBMCLOUD_ADOPT_OWN", bucketInputs(), { IBMCLOUD_ADOPT_OWN: "true" }, false],
    ["a create whose answer was lost", bucketInputs(), {}, true],
  ];
  for (const [title, inputs, env, lost] of ADOPTERS) {
    for (const form of ["policy", "id"] as const) {
      it(`is not adopted if its scope differs: ${title}, reported as ${form}`, async () => {
        const { id } = await next().create(other);
        const [named] = iam.policies();
        if (lost) iam.inject({ operation: "createV2Policy", reset: true });
        iam.inject({
          operation: "createV2Policy",
          status: 409,
          times: Infinity,
          rewrite: (json) => {
            const [error] = (json as { errors: object[] }).errors;
            const details = { conflicts_with: { etag: "1-a", policy: form === "id" ? id : named } };
            return { ...(json as object), errors: [{ ...error, details }] };
          },
        });
        const error = await failure(next(env).create(inputs as ReturnType<typeof bucketInputs>));
        expect(error).to.have.property("code").that.is.oneOf(["already-exists", "outcome-unknown"]);
        expect(iam.policies().map((each) => each.id)).to.deep.equal([id]);
      });
    }
  }

  /** IAM's clock, the age of the conflicting policy, and whether it counts as the result of the lost create. */
  const CLOCKS: [title: string, dateOff: number | undefined, age: number, isOwn: boolean][] = [
    ["exact", 0, 0, true],
    ["a day ahead", DAY, 0, true],
    ["a day behind", -DAY, 0, true],
    ["exact, and the policy is an hour old", 0, 3_600_000, false],
    ["a day ahead, and the policy is an hour old", DAY, 3_600_000, false],
    ["a day behind, and the policy is an hour old", -DAY, 3_600_000, false],
    ["exact, and the response has no date", undefined, 0, true],
    ["exact, the response has no date, and the policy is an hour old", undefined, 3_600_000, false],
    ["a day behind, and the response has no date", undefined, DAY, false],
    ["a day ahead, and the response has no date", undefined, -DAY, false],
  ];
  for (const [title, dateOff, age, isOwn] of CLOCKS) {
    it(`${isOwn ? "counts" : "does not count"} as the result of a lost create if IAM's clock is ${title}`, async () => {
      const off = dateOff ?? 0;
      const backdate = () => {
        // An earlier attempt or another stack with the same credentials created the policy.
        const [policy] = iam.policies();
        if (!policy) throw new Error("no policy was created");
        const created_at = new Date(Date.now() + off - age).toISOString();
        iam.seed([{ ...policy, created_at, last_modified_at: created_at }]);
      };
      iam.inject({ operation: "createV2Policy", afterCommit: true, meanwhile: backdate, reset: true });
      const date = dateOff === undefined ? { headers: { Date: undefined } } : { dateOff };
      iam.inject({ operation: "*", times: Infinity, ...date });
      const run = next();
      if (isOwn) {
        const { id } = await run.create(bucketInputs());
        expect(iam.policies().map((each) => each.id)).to.deep.equal([id]);
        return;
      }
      const error = await failure(run.create(bucketInputs()));
      expect(error).to.include({ code: "already-exists" });
      expect(error.message).to.include("IBMCLOUD_ADOPT_OWN=true").and.include("adopt:");
    });
  }
});

describe("a candidate of adopt: true", () => {
  it("is not adopted if its scope changed and the list still has the old one", async () => {
    const rig = await startRig();
    const theirs = await rig.make(bucketInputs(), rig.next());
    const [before] = rig.iam.policies();
    await edit(rig.iam, theirs.id, (policy) => {
      const moved = (value: unknown) => (value === COS ? "11111111-0000-4000-8000-000000000000" : value);
      policy.resource = {
        attributes: (policy.resource?.attributes ?? []).map((each) => ({
          ...each,
          value: moved(each.value) as string,
        })),
      };
    });
    const known = rig.iam.calls().length;
    rig.iam.inject({
      operation: "listV2Policies",
      times: Infinity,
      rewrite: (json) => ({ ...(json as object), policies: [before] }),
    });
    const created = await rig.make({ ...bucketInputs(), adopt: true, roles: ["Reader"] }, rig.next());
    expect(created.id).not.to.equal(theirs.id);
    const lists = rig.iam
      .calls()
      .slice(known)
      .filter(({ operation }) => operation === "listV2Policies");
    expect(lists, "the list is requested once more").to.have.length(2);
  });
});
