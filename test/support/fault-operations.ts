import type { Fault, IamEmulator, Policy } from "../../src/emulator";
import { bucketInputs, KMS } from "./inputs";
import type { MiniEngine, Program } from "./mini-engine";

/** The operations of the engine: what the program was and becomes, and which calls of IAM can go wrong on the way. */
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
 * Resources whose state claims other roles, or another description, than IAM holds. One that is known to be incomplete
 * claims none.
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

/** A role by its display name or its CRN. */
function plain(role: string): string {
  return (role.split(":").at(-1) ?? "").replaceAll(" ", "");
}
