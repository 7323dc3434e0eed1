import { expect } from "chai";
import { startIamEmulator, type Fault, type IamEmulator } from "../../src/emulator";
import { openResources, type Resources } from "../../src/iam/resources";
import { closing } from "../support/opened";
import { failure, QUICK } from "../support/provider";

type Call = Fault["operation"];
const LOOKUPS: [call: Call, look: (resources: Resources) => Promise<unknown[]>][] = [
  ["listResourceInstances", (resources) => resources.instances()],
  ["listResourceGroups", (resources) => resources.groups()],
  ["listV2Policies", (resources) => resources.policies()],
  ["token", (resources) => resources.groups()],
];

const KINDS: Record<string, Omit<Fault, "operation">> = {
  "cut in the middle": { damage: { kind: "cut", after: 30 } },
  garbled: { damage: { kind: "garbled" } },
  trickling: { damage: { kind: "trickle", every: 5 } },
  endless: { damage: { kind: "endless" } },
  "a gzip bomb": { damage: { kind: "bomb", bytes: 40_000_000 } },
  "a 408": { status: 408 },
  "an HTML page": { status: 200, body: "<html>log in</html>" },
  empty: { status: 200, body: "" },
  "a 204": { status: 204, body: "" },
  "truncated JSON": { status: 200, body: '{"resources":[' },
  "other JSON": { status: 200, body: "5" },
};

describe("a lookup with a damaged answer", () => {
  let iam: IamEmulator;
  const open = () => {
    const config: Record<string, string> = {
      "ibmcloud:apiKey": iam.apiKey,
      "ibmcloud:iamEndpoint": iam.url,
      "ibmcloud:resourceControllerEndpoint": iam.url,
      "ibmcloud:resourceManagementEndpoint": iam.url,
    };
    const timeouts = { ...QUICK, requestTimeout: 60, retryTimeout: 600 };
    return openResources({ config: (key) => config[key], env: {}, timeouts });
  };
  beforeEach(async () => {
    iam = closing(await startIamEmulator({ instances: [{ name: "one", serviceName: "kms" }] }));
  });

  for (const [call, look] of LOOKUPS) {
    for (const [title, fault] of Object.entries(KINDS)) {
      it(`is retried: ${call}: ${title}`, async () => {
        const usual = await look(open());
        iam.inject({ operation: call, ...fault });
        expect(await look(open())).to.deep.equal(usual);
      });

      it(`fails with a code if every answer is damaged: ${call}: ${title}`, async () => {
        iam.inject({ operation: call, times: Infinity, ...fault });
        const error = await failure(look(open()));
        expect(error).to.have.property("code").that.is.oneOf(["not-iam", "no-answer", "unavailable"]);
      });
    }
  }

  const NEXT: [next_url: string, code: string | undefined][] = [
    ["/v2/resource_instances?start=1", "refused"],
    ["/v2/resource_instances", "not-iam"],
    ["", undefined],
  ];
  for (const [next_url, code] of NEXT) {
    it(`ends if the next page is always ${JSON.stringify(next_url)}`, async () => {
      const rewrite = (json: unknown) => ({ ...(json as object), next_url });
      iam.inject({ operation: "listResourceInstances", rewrite, times: Infinity });
      if (code === undefined) expect(await open().instances()).to.have.length(1);
      else expect(await failure(open().instances())).to.include({ code });
    });
  }

  it("returns each instance once", async () => {
    const rewrite = (json: unknown) => {
      const { resources, ...rest } = json as { resources: object[] };
      return { ...rest, resources: [...resources, ...resources] };
    };
    iam.inject({ operation: "listResourceInstances", rewrite });
    expect(await open().instances()).to.have.length(1);
  });
});
