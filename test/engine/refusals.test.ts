import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { declares, startStack, type Stack } from "../support/engine";
import { bucketInputs, COS, crn, EN, GROUP, KMS, OTHER_ACCOUNT } from "../support/inputs";
import { closing } from "../support/opened";

const { source, target, roles } = bucketInputs();

/** Bad inputs, each with what the user must read. */
const REFUSED: Record<string, { inputs: object; says: string[] }> = {
  "wrong-types": {
    inputs: { source: "en", target: { ...target, region: 7 }, roles: "Reader", description: 1 },
    says: [
      "source must be an object, not a string",
      "target.region must be a text, not a number",
      "roles must be an array, not a string",
      "description must be a text, not a number",
    ],
  },
  "empty-strings": {
    inputs: {
      source: { serviceInstance: "" },
      target: { ...target, resource: "" },
      roles: [""],
      description: "",
    },
    says: [
      "source.serviceInstance must not be empty",
      "target.resource must not be empty",
      "roles[0] must not be empty",
      "description must not be empty",
    ],
  },
  "too-long": {
    inputs: { source, target: { ...target, resource: "x".repeat(1001) }, roles },
    says: ["target.resource must not be longer than 1000 characters, and has 1001"],
  },
  both: {
    inputs: { source: { ...source, resourceGroupId: GROUP }, target, roles },
    says: ["source.resourceGroupId cannot stand beside source.serviceInstance"],
  },
  wide: {
    inputs: { source: {}, target: { serviceName: "kms" }, roles },
    says: ["source.serviceInstance is missing", "target.serviceInstance is missing"],
  },
  "other-service": {
    inputs: { source, target: { ...target, serviceInstance: crn("kms", KMS) }, roles },
    says: ["is a CRN of kms, while target.serviceName is cloud-object-storage"],
  },
  "other-account": {
    inputs: { source: { serviceInstance: crn("event-notifications", EN, OTHER_ACCOUNT) }, target, roles },
    says: [`write source.accountId: "${OTHER_ACCOUNT}"`],
  },
  key: {
    inputs: {
      source,
      target: { serviceName: "kms", serviceInstance: crn("kms", KMS, OTHER_ACCOUNT, "key:k-1") },
      roles,
    },
    says: [`resourceType: "key", resource: "k-1"`],
  },
  bucket: {
    inputs: {
      source,
      target: { ...target, serviceInstance: crn("cloud-object-storage", COS, OTHER_ACCOUNT, "bucket:b-1") },
      roles,
    },
    says: [`resourceType: "bucket", resource: "b-1"`],
  },
  malformed: {
    inputs: { source, target: { ...target, serviceInstance: "crn:v1:bluemix" }, roles },
    says: ["is not a CRN that can be read"],
  },
  neither: {
    inputs: { source: { serviceName: "logs", serviceInstance: "*" }, target, roles },
    says: ["logs -> cloud-object-storage has it on neither side"],
  },
  "no-roles": { inputs: { source, target, roles: [] }, says: ["roles must not be empty"] },
  misspelt: {
    inputs: { source, traget: target, target: { ...target, recource: "x" }, roles },
    says: [
      "traget is not known: did you mean target?",
      "target.recource is not known: did you mean target.resource?",
    ],
  },
};

describe("bad inputs on the real engine", function () {
  this.timeout(120_000);

  let iam: IamEmulator;
  let stack: Stack;
  // The engine ends a run at the first resource that is refused, so each has runs of its own.
  before(async () => {
    iam = closing(await startIamEmulator());
    stack = await startStack(iam, "");
  });

  for (const [name, { inputs, says }] of Object.entries(REFUSED)) {
    it(`are refused in preview and in up, with all their failures at once, and leave IAM untouched: ${name}`, async () => {
      await stack.program(declares(name, inputs));
      for (const { code, output } of [await stack.preview(), await stack.up()]) {
        expect(code).not.to.equal(0);
        const lines = output.split("\n").filter((line) => line.includes(`resource '${name}'`));
        for (const sentence of says) expect(lines.join("\n")).to.include(sentence);
      }
      expect(iam.policies({ state: "all" })).to.deep.equal([]);
      expect(iam.calls().filter(({ path }) => path.includes("policies"))).to.deep.equal([]);
    });
  }

  it("of which only IAM knows are refused in up: a role, a pair, an account", async () => {
    const iam = closing(await startIamEmulator());
    const program =
      declares("role", { source, target, roles: ["Reeder"] }) +
      declares("pair", {
        source,
        target: { serviceName: "no-service", serviceInstance: "*" },
        roles: ["Reader"],
      }) +
      declares("account", { source, target: { ...target, accountId: OTHER_ACCOUNT }, roles });
    const stack = await startStack(iam, program);
    const { code, output } = await stack.up("--continue-on-error");
    expect(code).not.to.equal(0);
    expect(output).to.include(
      "IAM does not offer Reeder for event-notifications -> cloud-object-storage: did you mean Reader?",
    );
    expect(output).to.include("IAM offers no roles for event-notifications -> no-service");
    expect(output).to.include(`target.accountId is of the account ${OTHER_ACCOUNT}`);
    expect(iam.policies({ state: "all" })).to.deep.equal([]);
  });

  it("without credentials: preview works, up says where they are looked for", async () => {
    const iam = closing(await startIamEmulator());
    const stack = await startStack(iam, declares("one", bucketInputs()), {});
    expect(await stack.preview()).to.include({ code: 0 });
    const { code, output } = await stack.up();
    expect(code).not.to.equal(0);
    for (const place of ["ibmcloud:apiKey", "IC_API_KEY", "IBMCLOUD_API_KEY", "IAM_POLICY_MANAGEMENT_"]) {
      expect(output).to.include(place);
    }
    expect(iam.calls()).to.deep.equal([]);
  });
});
