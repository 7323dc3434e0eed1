/**
 * Which program a stack runs: ours; the floor, the same program with a provider that asks IAM once, with IBM's SDK, and then
 * answers at once, and with as much; the bare one, without outputs, of which the provider does nothing; and none at all.
 */
export type Kind = "ours" | "floor" | "bare" | "empty";

/** One of the authorizations that are measured, as a program writes it; the roles come from outside. */
export const EXAMPLE = {
  source: { serviceInstance: "3d7fca4b-6f0e-4f6b-9b0a-0c9f6d1f00e1" },
  target: {
    serviceName: "cloud-object-storage",
    serviceInstance: "5c1d2e3f-7a1b-4c2d-8e3f-1a2b3c4d00c1",
    resourceType: "bucket",
    resource: "failed-events",
  },
};

export const ROLES = ["Reader", "Object Writer"];
export const OTHER_ROLES = ["Reader", "Object Writer", "Writer"];

/** What a program finds on a resource besides its inputs: Pulumi's SDK takes its time for each, whoever fills it. */
const OUTPUTS = [
  "description",
  "state",
  "href",
  "createdAt",
  "createdById",
  "lastModifiedAt",
  "lastModifiedById",
];

/** Every function of a provider, each answering at once; about as long as the text that ours keeps in state. */
const NOTHING =
  "exports.handler=()=>({check:async(_,inputs)=>({inputs}),diff:async()=>({changes:!1}),create:async outs=>({id:" +
  "crypto.randomUUID(),outs}),read:async(id,props)=>({id,props}),update:async(_,$,outs)=>({outs}),delete(){}})";

/** The floor's provider in a file: its outputs are those that ours has, which the state has to hold. */
export const FLOOR_FILE = "floor.js";
export const FLOOR = `${NOTHING}
const { handler } = exports;
const url = process.env.IBMCLOUD_IAM_API_ENDPOINT;
let asked;
const ask = () =>
  (asked ??= (async () => {
    const { IamAuthenticator } = require("ibm-cloud-sdk-core");
    const Policies = require("@ibm-cloud/platform-services/iam-policy-management/v1");
    const authenticator = new IamAuthenticator({ apikey: process.env.IC_API_KEY, url });
    await new Policies({ authenticator, serviceUrl: url }).listRoles({ policyType: "authorization" });
  })());
const accountId = "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0";
const iamId = "iam-ServiceId-00000000-0000-4000-8000-000000000001";
exports.handler = () => ({
  ...handler(),
  check: async (_, { source, ...inputs }) => {
    await ask();
    return { inputs: { ...inputs, source: { ...source, serviceName: "event-notifications" } } };
  },
  create: async ({ source, target, ...inputs }) => {
    const id = crypto.randomUUID();
    const [createdAt, href] = [new Date().toISOString(), "http://127.0.0.1:12345/v2/policies/" + id];
    const sides = { source: { ...source, accountId }, target: { ...target, accountId } };
    const made = { state: "active", href, createdAt, createdById: iamId };
    return { id, outs: { ...inputs, ...sides, ...made, lastModifiedAt: createdAt, lastModifiedById: iamId } };
  },
  read: async (id, props) => {
    await ask();
    const { source, target, roles } = props;
    return { id, props, inputs: { source, target, roles } };
  },
  delete: async () => ask(),
});
`;
const LOADING = `exports.handler=()=>require('module').createRequire(process.cwd()+'/')('./${FLOOR_FILE}').handler()`;

/** Declares `BENCH_N` authorizations, of which each has a bucket of its own. */
const LOOP = `
const roles = JSON.parse(process.env.BENCH_ROLES);
const { source, target } = ${JSON.stringify(EXAMPLE)};
for (let at = 1; at <= Number(process.env.BENCH_N); at += 1) {
  const name = at === 1 ? "failed-events" : "failed-events-" + at;
  new EnAuthorization(name, { source, target: { ...target, resource: name }, roles });
}
`;

/** The text of a program. */
export const PROGRAMS: Record<Kind, string> = {
  ours: `const { EnAuthorization } = require("pulumi-ibm-en-authorization");${LOOP}`,
  floor: programOf(LOADING.padEnd(NOTHING.length), OUTPUTS),
  bare: programOf(NOTHING, []),
  empty: 'require("@pulumi/pulumi");\n',
};

/** The same resource, but for what its provider does, and which outputs a program finds on it. */
function programOf(provider: string, outputs: readonly string[]): string {
  const undefinedYet = `{ ${outputs.map((name) => `${name}: undefined`).join(", ")} }`;
  return `const pulumi = require("@pulumi/pulumi");
const __provider = ${JSON.stringify(provider)};
class EnAuthorization extends pulumi.CustomResource {
  constructor(name, args) {
    super("pulumi-nodejs:dynamic/ibm:EnAuthorization", name, { ...${undefinedYet}, ...args, __provider });
  }
}${LOOP}`;
}
