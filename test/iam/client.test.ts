import { expect } from "chai";
import { startIamEmulator, type IamEmulator, type Seed } from "../../src/emulator";
import { openIam, type Iam } from "../../src/iam";
import { connect, type Client } from "../../src/iam/client";
import { restorePolicy } from "../../src/iam/deleted-policies";
import { CodedError } from "../../src/shared/coded-error";
import { ACCOUNT, guidOf, OTHER_ACCOUNT, policyBody } from "../support/inputs";
import { closing } from "../support/opened";
import { failure, QUICK } from "../support/provider";

const ACCOUNTS = [
  { id: ACCOUNT, apiKeys: ["own"], iamId: "iam-ServiceId-1" },
  { id: OTHER_ACCOUNT, apiKeys: ["other"], iamId: "iam-ServiceId-2" },
] as const;

/** Returns a policy for the instance with this number. */
function seedOf(at: number): Seed {
  const { roleIds, subject, resource } = policyBody(ACCOUNT);
  const instance = { key: "serviceInstance", operator: "stringEquals", value: guidOf(at) };
  const others = resource.attributes.filter(({ key }) => key !== "serviceInstance");
  return {
    subject,
    resource: { attributes: [...others, instance] },
    control: { grant: { roles: roleIds.map((role_id) => ({ role_id })) } },
  };
}

const seeds = (count: number) => Array.from({ length: count }, (_, at) => seedOf(at));
const moment = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("a client", () => {
  let iam: IamEmulator;
  let opened: Iam;
  let client: Client;
  beforeEach(async () => {
    iam = closing(await startIamEmulator({ accounts: [...ACCOUNTS] }));
    const config: Record<string, string> = {
      "ibmcloud:apiKey": "own",
      "ibmcloud:iamEndpoint": iam.url,
      "ibmcloud:resourceControllerEndpoint": iam.url,
      "ibmcloud:resourceManagementEndpoint": iam.url,
    };
    // After a 429, a call waits up to twice its Retry-After.
    const timeouts = { ...QUICK, retryTimeout: 10_000 };
    const settings = { config: (key: string) => config[key], env: {}, timeouts };
    opened = openIam(settings);
    client = connect(settings);
  });
  const operations = () => iam.calls().map(({ operation, status }) => `${operation} ${status}`);

  it("renews a token once if IAM refuses it in many calls at once", async () => {
    const policies = iam.seed(seeds(5));
    await opened.identity();
    // Each refusal arrives after the token was renewed because of the one before.
    const tokens = () => iam.calls().filter(({ operation }) => operation === "token").length;
    let refused = 0;
    iam.inject({
      operation: "getV2Policy",
      status: 401,
      times: policies.length,
      meanwhile: async () => {
        refused += 1;
        const isFirst = refused === 1;
        while (refused < policies.length) await moment();
        while (!isFirst && tokens() < 2) await moment();
        // The client has read the new token by then.
        if (!isFirst) for (let turn = 0; turn < 4; turn += 1) await moment();
      },
    });
    await Promise.all(policies.map(({ id }) => opened.getPolicy(id)));
    expect(tokens()).to.equal(2);
  });

  it("calls IAM while another service limits the rate", async () => {
    await opened.identity();
    iam.inject({ operation: "listResourceInstances", status: 429, retryAfter: 1 });
    const lookup = opened.resources()?.instances();
    while (!operations().includes("listResourceInstances 429")) await moment();
    // The client has read the response by then.
    for (let turn = 0; turn < 10; turn += 1) await moment();
    const targets = ["kms", "cloud-object-storage", "codeengine", "messagehub", "secrets-manager"];
    await Promise.all(
      targets.map((target) => opened.offeredRoles({ source: "event-notifications", target })),
    );
    await lookup;
    expect(operations().slice(1)).to.deep.equal([
      "listResourceInstances 429",
      ...targets.map(() => "listRoles 200"),
      "listResourceInstances 200",
    ]);
  });

  it("reports a token of another account as such, also in a call to another service", async () => {
    await opened.identity();
    const access_token = iam.token("other");
    iam.inject({
      operation: "token",
      rewrite: (json) => ({ ...(json as object), access_token }),
      times: Infinity,
    });
    iam.inject({ operation: "listResourceInstances", status: 401 });
    const error = await failure(opened.resources()?.instances() ?? Promise.resolve());
    expect(error).to.be.instanceOf(CodedError).with.property("code", "wrong-account");
  });

  it("doesn't count a policy as restored if IAM returns it as deleted", async () => {
    const [policy] = iam.seed([{ ...seedOf(0), state: "deleted" }]);
    const id = policy?.id ?? "";
    iam.inject({
      operation: "updatePolicyState",
      body: JSON.stringify({ id, type: "authorization", state: "deleted" }),
      times: Infinity,
    });
    const error = await failure(client.withDeadline((deadline) => restorePolicy(client, id, deadline)));
    expect(error).to.be.instanceOf(CodedError).with.property("outcomeUnknown", true);
    expect(iam.policies()).to.be.empty;
  });

  it("lets many calls wait for one deadline without a warning of Node.js", async () => {
    const warnings: string[] = [];
    const note = ({ name }: Error) => warnings.push(name);
    process.on("warning", note);
    try {
      const policies = iam.seed(seeds(12));
      const { signal } = new AbortController();
      const config: Record<string, string> = { "ibmcloud:apiKey": "own", "ibmcloud:iamEndpoint": iam.url };
      const cancellable = openIam({ config: (key) => config[key], env: {}, cancelled: signal });
      await Promise.all(policies.map(({ id }) => cancellable.getPolicy(id)));
      // Node.js emits warnings in a later turn.
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off("warning", note);
    }
    expect(warnings).to.deep.equal([]);
  });
});
