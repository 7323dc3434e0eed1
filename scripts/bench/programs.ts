import { LOADING, NOTHING } from "./providers";

/**
 * The programs that are compared. All declare the same resources:
 * - `ours` uses this package
 * - `thin` has a provider that makes the same calls with IBM's SDK and checks nothing
 * - `floor` has a provider that makes no calls
 * - `bare` makes no calls and has no outputs
 * - `empty` declares nothing
 */
export type Kind = "ours" | "thin" | "floor" | "bare" | "empty";

/** The scope of the first authorization; the others differ in `resource`. */
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

/** The outputs that are not inputs. Pulumi's SDK takes time for each one, whatever the provider. */
const OUTPUTS = [
  "description",
  "state",
  "href",
  "createdAt",
  "createdById",
  "lastModifiedAt",
  "lastModifiedById",
];

/** Declares `BENCH_N` authorizations, each for its own bucket. */
const LOOP = `
const roles = JSON.parse(process.env.BENCH_ROLES);
const { source, target } = ${JSON.stringify(EXAMPLE)};
for (let at = 1; at <= Number(process.env.BENCH_N); at += 1) {
  const name = at === 1 ? "failed-events" : "failed-events-" + at;
  new EnAuthorization(name, { source, target: { ...target, resource: name }, roles });
}
`;

/** The source text of each program. */
export const PROGRAMS: Record<Kind, string> = {
  ours: `const { EnAuthorization } = require("pulumi-ibm-en-authorization");${LOOP}`,
  floor: programOf(LOADING, OUTPUTS),
  thin: programOf(LOADING, OUTPUTS),
  bare: programOf(NOTHING, []),
  empty: 'require("@pulumi/pulumi");\n',
};

/** Returns a program that declares the same resources with another provider. */
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
