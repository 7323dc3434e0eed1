import type { Fault, IamEmulator, Policy } from "../../src/emulator";
import { bucketInputs, KMS } from "./inputs";
import type { MiniEngine, Program } from "./mini-engine";

/** The engine's operations: the program before and after, and the IAM calls that can fail. */
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
 * Lists resources whose state has other roles or another description than IAM. A resource that is marked as incomplete
 * has no roles in state and is skipped.
 */
export function silentlyDifferent(iam: IamEmulator, { resources }: MiniEngine): string[] {
  const held = new Map(iam.policies().map((policy) => [policy.id, policy]));
  return [...resources].flatMap(([name, { id, outputs }]) => {
    const policy = held.get(id);
    if (!policy || (outputs.roles as string[] | undefined) === undefined) return [];
    const claimed = JSON.stringify([outputs.roles.map(plain).sort(), outputs.description ?? ""]);
    const real = JSON.stringify([rolesOf(policy), policy.description ?? ""]);
    return claimed === real ? [] : [`${name}: ${claimed} in state, ${real} in IAM`];
  });
}

function rolesOf({ control }: Policy): string[] {
  return control.grant.roles.map(({ role_id }) => plain(role_id)).sort();
}

/** Returns a role's name without spaces, from its display name or CRN. */
function plain(role: string): string {
  return (role.split(":").at(-1) ?? "").replaceAll(" ", "");
}
