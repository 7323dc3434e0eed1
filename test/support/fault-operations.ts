import type { Fault, IamEmulator, Policy } from "../../src/emulator";
import { bucketInputs, KMS } from "./inputs";
import type { MiniEngine, Program } from "./mini-engine";

/** The engine's operations: the program before and after, and the calls of IAM that can fail. */
export const OPERATIONS: Record<
  string,
  { before: Program; after?: Program; calls: readonly Fault["operation"][] }
> = {
  create: { before: {}, after: { one: bucketInputs() }, calls: ["token", "listRoles", "createV2Policy"] },
  adopt: {
    before: {},
    after: { one: { ...bucketInputs(), adopt: true, description: "mine" } },
    calls: ["listV2Policies", "getV2Policy", "replaceV2Policy"],
  },
  read: { before: { one: bucketInputs() }, calls: ["token", "getV2Policy"] },
  update: {
    before: { one: bucketInputs() },
    after: { one: { ...bucketInputs(), roles: ["Reader"], description: "why" } },
    calls: ["token", "listRoles", "getV2Policy", "replaceV2Policy"],
  },
  replace: {
    before: { one: bucketInputs() },
    after: {
      one: { ...bucketInputs(), target: { serviceName: "kms", serviceInstance: KMS }, roles: ["Reader"] },
    },
    calls: ["listRoles", "createV2Policy", "deleteV2Policy"],
  },
  delete: { before: { one: bucketInputs() }, after: {}, calls: ["token", "deleteV2Policy"] },
};

/**
 * Lists resources whose roles or description in state differ from IAM. Skips incomplete resources, which have no roles in
 * state.
 */
export function silentlyDifferent(iam: IamEmulator, { resources }: MiniEngine): string[] {
  const policies = new Map(iam.policies().map((policy) => [policy.id, policy]));
  return [...resources].flatMap(([name, { id, outputs }]) => {
    const policy = policies.get(id);
    if (!policy || (outputs.roles as string[] | undefined) === undefined) return [];
    const inState = JSON.stringify([outputs.roles.map(plain).sort(), outputs.description ?? ""]);
    const inIam = JSON.stringify([rolesOf(policy), policy.description ?? ""]);
    return inState === inIam ? [] : [`${name}: ${inState} in state, ${inIam} in IAM`];
  });
}

function rolesOf({ control }: Policy): string[] {
  return control.grant.roles.map(({ role_id }) => plain(role_id)).sort();
}

/** Returns a role's name without spaces, from its display name or CRN. */
function plain(role: string): string {
  return (role.split(":").at(-1) ?? "").replaceAll(" ", "");
}
