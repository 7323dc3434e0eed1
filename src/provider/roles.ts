import type { OfferedRole } from "../iam/types";
import { ROLE_NAMES } from "../known-names";
import { suggest } from "../shared/suggest";

function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Returns the last part of a CRN, such as `ObjectWriter`. A display name is returned as it is. */
export function shortName(role: string): string {
  return role.split(":").at(-1) ?? role;
}

/** Finds the roles that a display name or a CRN stands for. */
function findRoles(written: string, offered: readonly OfferedRole[]): OfferedRole[] {
  return offered.filter(({ crn, displayName }) => crn === written || isSameName(displayName, written));
}

/** Returns a role's display name, or its CRN if another role has the same name. */
function canonicalName(role: OfferedRole, offered: readonly OfferedRole[]): string {
  return findRoles(role.displayName, offered).length === 1 ? role.displayName : role.crn;
}

/** Returns roles in canonical spelling, in the same order and without repetitions. Unknown roles keep their spelling. */
export function canonicalRoles(written: readonly string[], offered: readonly OfferedRole[] = []): string[] {
  const byKey = new Map<string, string>();
  for (const each of written) {
    const [found, ...others] = findRoles(each, offered);
    const name =
      found && others.length === 0
        ? canonicalName(found, offered)
        : (ROLE_NAMES.find((known) => isSameName(known, each)) ?? each);
    byKey.set(name.toLowerCase(), name);
  }
  return [...byKey.values()];
}

/**
 * Returns roles in the order of another list, so that a diff shows only what changed. Roles that are not in the list come
 * last, sorted: IAM has no order.
 */
export function inOrderOf(order: readonly string[], roles: readonly string[]): string[] {
  const at = (role: string) => {
    const index = order.findIndex((each) => isSameName(each, role));
    return index < 0 ? order.length : index;
  };
  return [...roles].sort((one, other) => at(one) - at(other) || (one < other ? -1 : 1));
}

/** Returns true if two lists name the same roles, in any order and case. */
export function isSameRoles(some: readonly string[], others: readonly string[]): boolean {
  const key = (roles: readonly string[]) =>
    JSON.stringify([...new Set(roles.map((each) => each.toLowerCase()))].sort());
  return key(some) === key(others);
}

/** Returns the display names of role CRNs, or the CRN of a role without a name. */
export function roleNamesOf(crns: readonly string[], names: Readonly<Record<string, string>>): string[] {
  // A role's id may be any text, such as `toString`.
  return canonicalRoles(crns.map((crn) => (Object.hasOwn(names, crn) && names[crn]) || crn));
}

/** Returns display names by CRN. A name that several roles share, ignoring letter case, is left out. */
export function uniqueNames(offered: readonly OfferedRole[]): Record<string, string> {
  const isUnique = (role: OfferedRole) =>
    !offered.some(({ crn, displayName }) => crn !== role.crn && isSameName(displayName, role.displayName));
  return Object.fromEntries(offered.filter(isUnique).map(({ crn, displayName }) => [crn, displayName]));
}

/** A role that can't be granted. */
interface RefusedRole {
  /** Its index in `roles`. */
  index: number;
  reason: string;
}

/**
 * Finds the CRNs of roles.
 *
 * @param pair the source and the target, for the reasons
 */
export function matchRoles(
  written: readonly string[],
  offered: readonly OfferedRole[],
  pair: string,
): { crns: string[]; refused: RefusedRole[] } {
  const crns = new Set<string>();
  const refused: RefusedRole[] = [];
  const seen = new Set<string>();
  for (const [index, each] of written.entries()) {
    // A role that is refused is reported only once, even if it is repeated.
    if (seen.has(each)) continue;
    seen.add(each);
    const refuse = (reason: string) =>
      refused.push({ index, reason: `roles[${index}] is ${each}, ${reason}` });
    const [found, ...others] = findRoles(each, offered);
    if (found && others.length === 0) crns.add(found.crn);
    else if (found) refuse(ambiguous([found, ...others]));
    // Credentials that may not list roles get an empty list. A CRN needs no lookup.
    else if (offered.length === 0 && each.startsWith("crn:")) crns.add(each);
    else refuse(notOffered(each, offered, pair));
  }
  return { crns: [...crns], refused };
}

function ambiguous(found: readonly OfferedRole[]): string {
  return `the name of several roles: write the CRN, one of ${found.map(({ crn }) => crn).join(", ")}`;
}

function notOffered(written: string, offered: readonly OfferedRole[], pair: string): string {
  if (offered.length === 0) {
    return `but IAM offers no roles for ${pair}: a service name is misspelled, the pair cannot be authorized, or these credentials may not list roles (a role's CRN needs no lookup)`;
  }
  const names = offered.map(({ displayName }) => displayName);
  const suggestion = written.startsWith("crn:") ? suggestCrn(written, offered) : suggest(written, names);
  const question = suggestion ? `: did you mean ${suggestion}?` : ".";
  return `which IAM does not offer for ${pair}${question} It offers ${names.join(", ")}`;
}

/**
 * Suggests the role whose CRN has the most similar last part. On IBM's pages, some roles have the CRN of another service.
 */
function suggestCrn(written: string, offered: readonly OfferedRole[]): string | undefined {
  const ending = suggest(
    shortName(written),
    offered.map(({ crn }) => shortName(crn)),
  );
  const found = offered.find(({ crn }) => shortName(crn) === ending);
  return found && `${found.displayName} (${found.crn})`;
}
