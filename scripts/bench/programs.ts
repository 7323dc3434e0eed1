/** Which program a stack runs. */
export type Kind = "ours" | "floor" | "empty";

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

/** Every function of a provider, each answering at once; about as long as the text that ours keeps in state. */
const NOTHING =
  "exports.handler=()=>({check:async(_,inputs)=>({inputs}),diff:async()=>({changes:!1}),create:async outs=>({id:" +
  "crypto.randomUUID(),outs}),read:async(id,props)=>({id,props}),update:async(_,$,outs)=>({outs}),delete(){}})";

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
  // The same resource, but that its provider does nothing.
  floor: `const pulumi = require("@pulumi/pulumi");
const __provider = ${JSON.stringify(NOTHING)};
class EnAuthorization extends pulumi.CustomResource {
  constructor(name, args) {
    super("pulumi-nodejs:dynamic/ibm:EnAuthorization", name, { ...args, __provider });
  }
}${LOOP}`,
  empty: 'require("@pulumi/pulumi");\n',
};
