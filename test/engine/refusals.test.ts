import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { declares, startStack, type Stack } from "../support/engine";
import { bucketInputs, COS, crn, EN, GROUP, KMS, OTHER_ACCOUNT } from "../support/inputs";
import { closing } from "../support/opened";
import { countedTests } from "../support/subset";

const { source, target, roles } = bucketInputs();

/** Invalid inputs, each with the sentences of its error. */
const REFUSED: Record<string, { inputs: object; says: string[] }> = {
  "wrong-types": {
    inputs: { source: "en", target: { ...target, region: 7 }, roles: "Reader", description: 1 },
    says: [
      "source must be an object, not a string",
      "target.region must be a string, not a number",
      "roles must be an array, not a string",
      "description must be a string, not a number",
    ],
  },
  "empty-strings": {
    inputs: {
      source: { serviceInstance: "" },
      target: { ...target, resource: "" },
      roles: [""],
    },
    says: [
      "source.serviceInstance must not be empty",
      "target.resource must not be empty",
      "roles[0] must not be empty",
    ],
  },
  "too-long": {
    inputs: { source, target: { ...target, resource: "x".repeat(1001) }, roles },
    says: ["target.resource must not be longer than 1000 characters, and has 1001"],
  },
  both: {
    inputs: { source: { ...source, resourceGroupId: GROUP }, target, roles },
    says: ["source.resourceGroupId must not be combined with source.serviceInstance"],
  },
  wide: {
    inputs: { source: {}, target: { serviceName: "kms" }, roles },
    says: ["source.serviceInstance is missing", "target.serviceInstance is missing"],
  },
  "other-service": {
    inputs: { source, target: { ...target, serviceInstance: crn("kms", KMS) }, roles },
    says: ["is a CRN of kms, but target.serviceName is cloud-object-storage"],
  },
  "other-account": {
    inputs: { source: { serviceInstance: crn("event-notifications", EN, OTHER_ACCOUNT) }, target, roles },
    says: [`set source.accountId: "${OTHER_ACCOUNT}"`],
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
    says: ["is not a valid CRN"],
  },
  names: {
    inputs: {
      source: { resourceGroupId: "production" },
      target: { ...target, serviceInstance: "my-cos" },
      roles,
    },
    says: [
      "source.resourceGroupId is not the id of a resource group, which has 32 hexadecimal digits",
      "target.serviceInstance is neither a GUID nor a CRN",
    ],
  },
  neither: {
    inputs: { source: { serviceName: "logs", serviceInstance: "*" }, target, roles },
    says: ["one of the two services must be event-notifications"],
  },
  "no-roles": { inputs: { source, target, roles: [] }, says: ["roles must not be empty"] },
  "misspelled-role": {
    inputs: { source, target, roles: ["Reeder"] },
    says: [
      "roles[0] is Reeder, which IAM does not offer for event-notifications -> cloud-object-storage: did you mean Reader?",
    ],
  },
  "crn-of-another-service": {
    inputs: { source, target, roles: ["crn:v1:bluemix:public:cloud-object-storage::::serviceRole:Reader"] },
    says: ["did you mean Reader (crn:v1:bluemix:public:iam::::serviceRole:Reader)?"],
  },
  "role-of-another-service": {
    inputs: { source, target, roles: ["Reader", "Event Source Manager"] },
    says: ["roles[1] is Event Source Manager, which IAM does not offer", "Object Writer"],
  },
  "role-with-a-space": {
    inputs: { source, target, roles: ["reader "] },
    says: ['roles[0] must not begin or end with white space: write "reader"'],
  },
  "event-notification": {
    inputs: {
      source: { serviceName: "secrets-manager", serviceInstance: "*" },
      target: { serviceName: "event-notification", serviceInstance: EN },
    },
    says: ["event-notifications"],
  },
  "secret-manager": {
    inputs: {
      source: { serviceName: "secret-manager", serviceInstance: "*" },
      target: { serviceName: "event-notifications", serviceInstance: EN },
    },
    says: ["source.serviceName is secret-manager", "did you mean secrets-manager?"],
  },
  "wrong-account": {
    inputs: { source, target: { ...target, accountId: OTHER_ACCOUNT } },
    says: [`use credentials of ${OTHER_ACCOUNT}`],
  },
  "no-documented-roles": {
    inputs: { source, target: { serviceName: "messagehub", serviceInstance: "*" } },
    says: ["roles is missing: IBM documents no roles for event-notifications -> messagehub", "IAM offers"],
  },
  misspelled: {
    inputs: { source, traget: target, target: { ...target, recource: "x" }, roles },
    says: [
      "traget is not a property: did you mean target?",
      "target.recource is not a property: did you mean target.resource?",
    ],
  },
};

describe("invalid inputs on the real engine", function () {
  this.timeout(120_000);

  let iam: IamEmulator;
  let stack: Stack;
  // The engine stops at the first refused resource, so each row has its own runs.
  before(async () => {
    iam = closing(await startIamEmulator());
    stack = await startStack(iam, "");
  });

  // Without CI: several errors at once, and a role that IAM does not offer.
  const LOCAL = ["wrong-types", "misspelled-role"];
  const { it, itOnCi, itIf } = countedTests("engine: refusals");
  for (const [name, { inputs, says }] of Object.entries(REFUSED)) {
    itIf(LOCAL.includes(name))(
      `are refused in preview and up with all errors at once, without a write: ${name}`,
      async () => {
        await stack.program(declares(name, inputs));
        for (const { code, output } of [await stack.preview(), await stack.up()]) {
          expect(code).not.to.equal(0);
          // The engine prints the property before the reason.
          const lines = output
            .replaceAll(/property (\S+) value \{.*?\} has a problem:/g, "$1")
            .split("\n")
            .filter((line) => line.includes(`resource '${name}'`));
          for (const sentence of says) expect(lines.join("\n")).to.include(sentence);
        }
        expect(iam.policies({ state: "all" })).to.deep.equal([]);
        expect(iam.calls().filter(({ path }) => path.includes("policies"))).to.deep.equal([]);
      },
    );
  }

  itOnCi("of a pair that IAM does not know pass preview with a warning and are refused in up", async () => {
    await stack.program(
      declares("pair", {
        source,
        target: { serviceName: "no-service", serviceInstance: "*" },
        roles: ["Reader"],
      }),
    );
    const previewed = await stack.preview();
    expect(previewed.code).to.equal(0);
    expect(previewed.output).to.include("IAM offers no roles for event-notifications -> no-service");
    const { code, output } = await stack.up();
    expect(code).not.to.equal(0);
    expect(output).to.include(
      "roles[0] is Reader, but IAM offers no roles for event-notifications -> no-service",
    );
    expect(iam.policies({ state: "all" })).to.deep.equal([]);
  });

  it("without credentials pass preview, and the error of up lists where credentials may come from", async () => {
    const iam = closing(await startIamEmulator());
    const stack = await startStack(iam, declares("one", bucketInputs()), {});
    const previewed = await stack.preview();
    expect(previewed.code).to.equal(0);
    expect(previewed.output).to.include(
      "No IBM Cloud credentials were found, so roles, accounts and existing authorizations are not checked",
    );
    const { code, output } = await stack.up();
    expect(code).not.to.equal(0);
    for (const place of ["ibmcloud:apiKey", "IC_API_KEY", "IBMCLOUD_API_KEY", "IAM_POLICY_MANAGEMENT_"]) {
      expect(output).to.include(place);
    }
    expect(iam.calls()).to.deep.equal([]);
  });
});
