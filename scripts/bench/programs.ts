import { LOADING, NOTHING } from "./providers";

/**
 * Which program a stack runs: ours; the floor, the same program with a provider that does nothing; the thin one, whose
 * provider makes the calls of ours and does nothing else; the bare one, which does nothing and has no outputs; and none at all.
 */
export type Kind = "ours" | "floor" | "thin" | "bare" | "empty";

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
  floor: programOf(LOADING, OUTPUTS),
  thin: programOf(LOADING, OUTPUTS),
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
