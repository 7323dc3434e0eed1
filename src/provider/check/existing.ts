import type { Iam } from "../../iam";
import { isSamePolicy } from "../../iam/policy";
import type { OfferedRole, Policy, PolicyBody } from "../../iam/types";
import { CodedError } from "../../shared/coded-error";
import { chooseAdopted, judgeDuplicate, nothingToAdopt } from "../adopt";
import { createConflictMessage, pairText } from "../errors";
import { ownedTwice, type Ownership } from "../ownership";
import { scopeOf, toPolicyBody } from "../policy-mapping";
import { matchRoles, roleNamesOf, uniqueNames } from "../roles";
import { scopeText } from "../scope-text";
import type { CheckFailure, Inputs } from "../types";
import { hasUnknown } from "../values";
import { documentedRoles } from "./default-roles";
import { pairOf, withAccounts } from "./normalize";

/** A new resource, as `create` would write it. */
export interface Wanted {
  /** The inputs, with the account of both sides. */
  inputs: Inputs;
  /** The policy to create. It has no roles if `crns` is undefined. */
  body: PolicyBody;
  /** The roles of a new policy. Undefined if they are not known yet, or if there are none. */
  crns?: string[];
  /** Display names by CRN. */
  names: Record<string, string>;
}

/** The facts about a run that decide what it does with a new resource. */
export interface Run {
  ownership: Pick<Ownership, "isOwned" | "isDeleting" | "isKeptUnchanged">;
  /** The IAM id of the credentials. */
  iamId?: string;
  /** True for `IBMCLOUD_ADOPT_OWN=true`. */
  adoptsOwn: boolean;
  /** True if a resource of the program has the declared scope in state. The run may delete its policy first. */
  isReplacement: boolean;
  /** True if Pulumi may delete the resource's old policy first. A duplicate may then be that old policy. */
  deletesFirst: boolean;
}

export interface Findings {
  failures: CheckFailure[];
  notes: string[];
}

/** Returns a new resource as `create` would write it, or `undefined` if its scope or `adopt` is not known yet. */
export function wantedOf(
  inputs: Inputs,
  accountId: string,
  offered: readonly OfferedRole[],
): Wanted | undefined {
  if (hasUnknown([inputs.source, inputs.target, inputs.adopt])) return undefined;
  const wanted = withAccounts(inputs, accountId);
  const roles = rolesOfNew(wanted);
  const found = roles && !hasUnknown(roles) ? matchRoles(roles, offered, pairText(wanted)) : undefined;
  const crns = found?.refused.length === 0 ? found.crns : undefined;
  return { inputs: wanted, body: toPolicyBody(wanted, crns ?? []), crns, names: uniqueNames(offered) };
}

/** Returns the roles of a new policy. If the program sets `adopt` and no roles, a new policy gets the documented roles. */
function rolesOfNew(inputs: Inputs): string[] | undefined {
  return inputs.roles ?? documentedRoles(pairOf(inputs));
}

/**
 * Compares a new resource with the policies in IAM. Before a failure is reported, these policies are read again, because the
 * list may be out of date.
 *
 * @param found the listed policies whose scope means the same as the declared one
 */
export async function compareWithIam(
  iam: Iam,
  wanted: Wanted,
  found: readonly Policy[],
  run: Omit<Run, "iamId" | "adoptsOwn">,
): Promise<Findings> {
  const { adopt } = wanted.inputs;
  const { iamId } = await iam.identity();
  const judge = (policies: readonly Policy[]) =>
    judgeNew(policies, wanted, { ...run, iamId, adoptsOwn: iam.adoptsOwn });
  let named: Policy | undefined;
  try {
    if (typeof adopt === "string") named = await iam.readPolicy(adopt);
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== "not-an-authorization") throw error;
    return refused("adopt", error.code, error.message);
  }
  const listed = named ? [named, ...found.filter(({ id }) => id !== named.id)] : found;
  const findings = judge(listed);
  if (findings.failures.length === 0) return findings;
  const ids = new Set([...listed.map(({ id }) => id), ...(typeof adopt === "string" ? [adopt] : [])]);
  const read = await Promise.all([...ids].map((id) => iam.getPolicy(id)));
  return judge(read.filter((each) => each !== undefined));
}

/**
 * Returns what `create` will do with the policies that IAM already has, or why it will fail.
 *
 * @param policies the policies whose scope means the same as the declared one, and the policy that `adopt` names
 */
export function judgeNew(policies: readonly Policy[], wanted: Wanted, run: Run): Findings {
  const { inputs, body, crns, names } = wanted;
  const { ownership, isReplacement, deletesFirst } = run;
  try {
    const adopted = chooseAdopted(inputs, policies, body, ownership);
    // This can only happen if `adopt` is an id: `adopt: true` never chooses a policy that another resource owns.
    if (adopted && ownership.isKeptUnchanged(adopted.id)) throw ownedTwice(adopted.id);
    if (adopted) return noted(takeOver(adopted, wanted));
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    // Pulumi may delete one of the candidates before it creates this one. `create` decides.
    if (error.code === "adopt-ambiguous" && (isReplacement || deletesFirst)) return noted();
    return refused("adopt", error.code, error.message);
  }
  const left = policies.filter(({ id }) => !ownership.isDeleting(id));
  const duplicate = crns && left.find((each) => isSamePolicy(each, body));
  if (duplicate) {
    const isKept = ownership.isKeptUnchanged(duplicate.id);
    if (isReplacement && !isKept) return noted();
    const { isAdopted, conflict } = judgeDuplicate(run, duplicate, inputs);
    if (isAdopted) return noted(takeOver(duplicate, wanted));
    if (deletesFirst && !isKept) return noted(mustBeDeleted(duplicate, wanted));
    const reason = createConflictMessage({ policy: duplicate }, { names, ...conflict });
    return refused("", "already-exists", reason);
  }
  if (inputs.adopt === true && rolesOfNew(inputs) === undefined) {
    const { code, message } = nothingToAdopt();
    return refused("roles", code, message);
  }
  const others = isReplacement || !crns ? [] : left.filter(({ id }) => !ownership.isOwned(id));
  return noted(
    ...(others.length > 0 ? [addsUp(others, wanted)] : []),
    ...(inputs.adopt === true ? [createsNew(wanted)] : []),
  );
}

function noted(...notes: string[]): Findings {
  return { failures: [], notes };
}

function refused(property: string, code: CheckFailure["code"], reason: string): Findings {
  return { failures: [{ property, reason, code }], notes: [] };
}

/** Returns the note for an adoption: the policy, and the changes. All notes of adoptions begin with the same words. */
function takeOver(policy: Policy, wanted: Wanted): string {
  const changes = [rolesChange(policy, wanted), descriptionChange(policy, wanted.inputs)];
  return `pulumi up takes over ${policy.id} (${pairText(wanted.inputs)}): ${changes.join("; ")}`;
}

function rolesChange({ roleIds, roleNames }: Policy, { inputs, crns, names }: Wanted): string {
  if (inputs.roles === undefined) return "roles unchanged";
  if (!crns) return "roles not known yet";
  const named = (ids: string[]) => roleNamesOf(ids, { ...roleNames, ...names }).join(", ");
  const added = crns.filter((crn) => !roleIds.includes(crn));
  const removed = roleIds.filter((crn) => !crns.includes(crn));
  const changes = [
    ...(added.length > 0 ? [`${named(added)} added`] : []),
    ...(removed.length > 0 ? [`${named(removed)} removed`] : []),
  ];
  return changes.length > 0 ? changes.join("; ") : "roles unchanged";
}

/** Describes the change without the description itself, which may be a secret. */
function descriptionChange({ description: held = "" }: Policy, { description = "" }: Inputs): string {
  if (hasUnknown(description)) return "description not known yet";
  if (held === description) return "description unchanged";
  if (held === "") return "description set";
  return description === "" ? "description cleared" : "description changed";
}

function createsNew({ body }: Wanted): string {
  return `pulumi up creates a new authorization (${scopeText(scopeOf(body))}): adopt found none with this scope`;
}

function mustBeDeleted({ id }: Policy, { inputs }: Wanted): string {
  return `IAM already has ${id} with the same scope and roles (${pairText(inputs)}): pulumi up fails unless it deletes ${id} first`;
}

function addsUp(others: readonly Policy[], { inputs, names }: Wanted): string {
  const held = others.map(
    ({ id, roleIds, roleNames }) =>
      `${id} with ${roleNamesOf(roleIds, { ...roleNames, ...names }).join(", ")}`,
  );
  return `IAM already has ${held.join(" and ")} for the same scope as a new authorization (${pairText(inputs)}): their roles add up`;
}
