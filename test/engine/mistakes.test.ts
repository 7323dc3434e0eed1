import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { startIamEmulator, type IamEmulator, type Policy } from "../../src/emulator";
import { DEFAULT_ACCOUNT } from "../../src/emulator/accounts";
import { declares, startStack, type Stack } from "../support/engine";
import { goldenSections } from "../support/golden";
import { attributes, bucketInputs, COS, crn, EN, GROUP, KMS, OTHER_ACCOUNT } from "../support/inputs";
import { closing } from "../support/opened";
import { countedTests } from "../support/subset";

const { source, target, roles } = bucketInputs();
const BUCKET = {
  serviceName: "cloud-object-storage",
  serviceInstance: COS,
  resourceType: "bucket",
  resource: "failed-events",
};
const { id: ACCOUNT } = DEFAULT_ACCOUNT;
const kms = { serviceName: "kms", serviceInstance: KMS };
const intoEn = { serviceName: "event-notifications", serviceInstance: EN };

/** A mistake, and what else it needs. */
interface Mistake {
  /** The resource's arguments. */
  inputs?: object;
  /** The program, if the arguments alone are not enough. */
  program?: string;
  /** `--config` */
  config?: readonly string[];
  /** The environment. @default the emulator's API key */
  env?: (iam: IamEmulator) => NodeJS.ProcessEnv;
  /** The policies in IAM before the preview. */
  held?: readonly object[];
  /** True if the preview passes with a message: it can't detect the mistake, or there is none. */
  passes?: true;
}

/** An authorization that another user created. */
function held(more: object = {}): Partial<Policy> & object {
  return {
    subject: { attributes: attributes(ACCOUNT, { serviceName: "event-notifications", serviceInstance: EN }) },
    resource: { attributes: attributes(ACCOUNT, BUCKET) },
    control: {
      grant: {
        roles: [READER, OBJECT_WRITER].map((role_id) => ({ role_id })),
      },
    },
    created_by_id: "IBMid-666000ABCD",
    created_at: "2026-01-02T03:04:05.000Z",
    ...more,
  };
}
const READER = "crn:v1:bluemix:public:iam::::serviceRole:Reader";
const OBJECT_WRITER = "crn:v1:bluemix:public:cloud-object-storage::::serviceRole:ObjectWriter";
const ID = "3fa80000-0000-4000-8000-00000000000a";
const OTHER_ID = "3fa80000-0000-4000-8000-00000000000b";

/** Common mistakes in arguments, names, ids, configuration and credentials, and conflicts with what IAM already has. */
const MISTAKES: Record<string, Mistake> = {
  "arguments of wrong types": {
    inputs: { source: "en", target: { ...target, region: 7 }, roles: "Reader", description: 1 },
  },
  "empty strings": {
    inputs: { source: { serviceInstance: "" }, target: { ...target, resource: "" }, roles: [""] },
  },
  "a value that is too long": {
    inputs: { source, target: { ...target, resource: "x".repeat(1001) }, roles },
  },
  "an instance and a resource group": {
    inputs: { source: { ...source, resourceGroupId: GROUP }, target, roles },
  },
  "sides without breadth": { inputs: { source: {}, target: { serviceName: "kms" }, roles } },
  "an undefined configuration value as an instance": {
    program: `new EnAuthorization("one", { source: { serviceInstance: new pulumi.Config().get("enInstance") }, target: ${JSON.stringify(target)} });`,
  },
  "a CRN of another service": {
    inputs: { source, target: { ...target, serviceInstance: crn("kms", KMS) }, roles },
  },
  "a CRN of another account": {
    inputs: { source: { serviceInstance: crn("event-notifications", EN, OTHER_ACCOUNT) }, target, roles },
  },
  "the CRN of a key as an instance": {
    inputs: { source, target: { ...kms, serviceInstance: crn("kms", KMS, OTHER_ACCOUNT, "key:k-1") } },
  },
  "the CRN of a bucket as an instance": {
    inputs: {
      source,
      target: { ...target, serviceInstance: crn("cloud-object-storage", COS, OTHER_ACCOUNT, "bucket:b-1") },
    },
  },
  "a malformed CRN": { inputs: { source, target: { ...target, serviceInstance: "crn:v1:bluemix" }, roles } },
  "a CRN beside the service that it names": {
    inputs: { source, target: { crn: crn("kms", KMS), serviceName: "kms" } },
  },
  "a CRN as a resource": {
    inputs: {
      source,
      target: { ...target, resource: crn("cloud-object-storage", COS, OTHER_ACCOUNT, "bucket:b-1") },
    },
  },
  "a CRN as a resource group": {
    inputs: {
      source: {
        resourceGroupId: `crn:v1:bluemix:public:resource-controller::a/${OTHER_ACCOUNT}::resource-group:${GROUP}`,
      },
      target,
    },
  },
  "two services that are not Event Notifications": {
    inputs: { source: { serviceName: "logs", serviceInstance: "*" }, target, roles },
  },
  "source and target swapped without the source's service": {
    inputs: { source: { serviceInstance: COS }, target: intoEn },
  },
  "a malformed account id": { inputs: { source: { ...source, accountId: "my-account" }, target } },
  "a target in another account": { inputs: { source, target: { ...target, accountId: OTHER_ACCOUNT } } },
  '"*" for a region': { inputs: { source, target: { ...target, region: "*" } } },
  '"*" for a target\'s service': { inputs: { source, target: { serviceName: "*", serviceInstance: "*" } } },
  "no roles": { inputs: { source, target, roles: [] } },
  "no roles where IBM documents none": {
    inputs: { source, target: { serviceName: "messagehub", serviceInstance: "*" } },
  },
  "a misspelled role": { inputs: { source, target, roles: ["Reader", "Object Wirter"] } },
  "a role of another service": { inputs: { source, target, roles: ["Reader", "Event Source Manager"] } },
  "a role with a space": { inputs: { source, target, roles: ["reader "] } },
  "roles in one string, as in the CLI": { inputs: { source, target, roles: ["Reader,Object Writer"] } },
  "a role's CRN that IAM does not offer": {
    inputs: { source, target, roles: ["crn:v1:bluemix:public:cloud-object-storage::::serviceRole:Reader"] },
  },
  "one of two documented roles": { inputs: { source, target, roles: ["Reader"] }, passes: true },
  "a misspelled target service": {
    inputs: {
      source: { serviceName: "secrets-manager", serviceInstance: "*" },
      target: { ...intoEn, serviceName: "event-notification" },
    },
  },
  "a misspelled source service": {
    inputs: { source: { serviceName: "secret-manager", serviceInstance: "*" }, target: intoEn },
  },
  "a service by its display name": {
    inputs: { source, target: { ...target, serviceName: "Cloud Object Storage" } },
  },
  "misspelled arguments": {
    inputs: { source, traget: target, target: { ...target, recource: "x" }, roles },
  },
  "a property under another name": { inputs: { source, target: { ...kms, instanceId: KMS } } },
  "a service's own attribute on a source": {
    inputs: { source: { ...source, attributes: [{ key: "keyRing", value: "default" }] }, target },
  },
  "an attribute that has a property": {
    inputs: { source, target: { ...target, attributes: [{ key: "region", value: "us-south" }] } },
  },
  "a misspelled operator": {
    inputs: {
      source: { serviceInstance: EN, attributes: [{ key: "region", operator: "equals", value: "us-south" }] },
      target,
    },
  },
  "tags on a source": { inputs: { source: { ...source, tags: [{ key: "env", value: "prod" }] }, target } },
  "a wait that is too long": { inputs: { source, target, settle: { afterCreate: "30s" } } },
  "an instance's name as its id": { inputs: { source, target: { ...target, serviceInstance: "my-cos" } } },
  "a resource group's name as its id": {
    inputs: { source: { serviceName: "secrets-manager", resourceGroupId: "Default" }, target: intoEn },
  },
  "an instance that does not exist": {
    inputs: { source, target: { ...target, serviceInstance: "99999999-0000-4000-8000-000000000000" } },
    passes: true,
  },
  "a lookup that finds nothing": {
    program: `const { getServiceInstanceOutput } = require("pulumi-ibm-en-authorization");
new EnAuthorization("one", { source: ${JSON.stringify(source)}, target: { serviceName: "cloud-object-storage", serviceInstance: getServiceInstanceOutput({ name: "my-coz" }).guid } });`,
  },
  "an authorization that exists": { inputs: { source, target, roles }, held: [held({ id: ID })] },
  "an authorization that exists with other roles": {
    inputs: { source, target, roles },
    held: [held({ id: ID, control: { grant: { roles: [{ role_id: READER }] } } })],
    passes: true,
  },
  "an authorization that a template manages": {
    inputs: { source, target, roles, adopt: true },
    held: [held({ id: ID, template: { id: "policyTemplate-1", version: "1" } })],
  },
  "an authorization that a service made for itself": {
    inputs: { source, target, roles, adopt: ID },
    held: [held({ id: ID, created_by_id: "crn-crn:v1:bluemix:public:toolchain:::::" })],
  },
  "adopt with a word": { inputs: { source, target, adopt: "yes" } },
  "adopt with an id that does not exist": { inputs: { source, target, adopt: ID } },
  "adopt with the id of another scope": {
    inputs: { source, target: { ...target, resource: "archive" }, adopt: ID },
    held: [held({ id: ID })],
  },
  "adopt with several candidates": {
    inputs: { source, target, adopt: true },
    held: [
      held({ id: ID, control: { grant: { roles: [{ role_id: READER }] } } }),
      held({ id: OTHER_ID, control: { grant: { roles: [{ role_id: OBJECT_WRITER }] } } }),
    ],
  },
  "adopt of an equivalent scope in another form": {
    inputs: { source, target: { serviceName: "kms", serviceInstance: "*" }, roles: ["Reader"], adopt: true },
    held: [
      held({
        id: ID,
        resource: {
          attributes: [
            ...attributes(ACCOUNT, { serviceName: "kms" }),
            { key: "serviceInstance", operator: "stringExists", value: true },
          ],
        },
        control: { grant: { roles: [{ role_id: READER }] } },
      }),
    ],
  },
  "an adoption": {
    inputs: { source, target, description: "Failed events", adopt: true },
    held: [held({ id: ID })],
    passes: true,
  },
  "a wrong API key": { inputs: { source, target }, env: () => ({ IC_API_KEY: "wrong" }) },
  "a token that is not a JSON Web Token": {
    inputs: { source, target },
    env: () => ({ IC_IAM_TOKEN: "abc" }),
  },
  "credentials of an account other than the configured one": {
    inputs: { source, target },
    config: [`ibmcloud:accountId=${OTHER_ACCOUNT}`],
  },
  "the name of credentials that do not exist": { inputs: { source, target, credentials: "PARTNER" } },
  "no credentials": { inputs: { source, target }, env: () => ({}), passes: true },
  "an IAM that is out of reach": {
    inputs: { source, target },
    env: ({ apiKey }) => ({ IC_API_KEY: apiKey, IBMCLOUD_IAM_API_ENDPOINT: "http://127.0.0.1:1" }),
    passes: true,
  },
  "a misspelled configuration key": {
    inputs: { source, target },
    config: ["ibmcloud:iamEndpiont=https://iam.test.cloud.ibm.com"],
    passes: true,
  },
  "a timeout that is not a number": { inputs: { source, target }, config: ["ibmcloud:requestTimeout=soon"] },
  "a timeout below zero": { inputs: { source, target }, config: ["ibmcloud:retryTimeout=-1"] },
  "a malformed account id in the configuration": {
    inputs: { source, target },
    config: ["ibmcloud:accountId=prod"],
  },
  "an unknown visibility": { inputs: { source, target }, config: ["ibmcloud:visibility=internal"] },
};

/** These run without CI too: one of each kind. */
const LOCAL = [
  "arguments of wrong types",
  "a misspelled role",
  "an instance's name as its id",
  "an authorization that exists",
  "a wrong API key",
  "a lookup that finds nothing",
];

describe("a mistake at preview on the real engine", function () {
  this.timeout(120_000);
  let iam: IamEmulator;
  let stack: Stack;
  const { itIf } = countedTests("engine: mistakes at preview");
  const compare = goldenSections("mistakes at preview", Object.keys(MISTAKES));

  before(async () => {
    iam = closing(await startIamEmulator());
    stack = await startStack(iam, "");
  });

  for (const [
    title,
    { inputs, program, config = [], env, held: policies = [], passes = false },
  ] of Object.entries(MISTAKES)) {
    itIf(LOCAL.includes(title))(`is ${passes ? "noted" : "refused"}, without a write: ${title}`, async () => {
      iam.reset();
      iam.addInstances([
        { name: "my-en", serviceName: "event-notifications", guid: EN },
        { name: "my-cos", serviceName: "cloud-object-storage", guid: COS },
        { name: "my-kms", serviceName: "kms", guid: KMS },
      ]);
      iam.seed(policies as Parameters<IamEmulator["seed"]>[0]);
      const before = iam.policies({ state: "all" });
      // `--config` also writes the stack's settings.
      await rm(join(stack.dir, "Pulumi.test.yaml"), { force: true });
      await stack.program(program ?? declares("one", inputs ?? {}));
      const { code, output } = await stack
        .having({
          IC_API_KEY: undefined,
          IBMCLOUD_RESOURCE_CONTROLLER_API_ENDPOINT: iam.url,
          IBMCLOUD_RESOURCE_MANAGEMENT_API_ENDPOINT: iam.url,
          ...(env?.(iam) ?? { IC_API_KEY: iam.apiKey }),
        })
        .preview(...config.flatMap((each) => ["--config", each]));
      expect(code === 0, output).to.equal(passes);
      expect(iam.policies({ state: "all" })).to.deep.equal(before);
      compare(title, `exit status ${code}\n${messagesIn(output)}`);
    });
  }
});

/** Returns the messages below "Diagnostics", sorted by resource and without the parts that differ from run to run. */
function messagesIn(output: string): string {
  const [, diagnostics = ""] = /^Diagnostics:\n([^]*?)(?=^Resources:|^Outputs:|$(?![^]))/m.exec(output) ?? [];
  return diagnostics
    .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")
    .replace(/Transaction-Id: [0-9a-f-]+/g, "Transaction-Id: …")
    .replace(/in [\d.]+ s/g, "in … s")
    .split("\n\n")
    .map((resource) =>
      resource
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "")
        .join("\n"),
    )
    .sort()
    .join("\n")
    .trim();
}
