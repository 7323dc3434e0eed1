import type { OfferedRole } from "../iam/roles";
import { ROLE_NAMES } from "../known-names";
import { nearest } from "./nearest";

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function matches(written: string, offered: readonly OfferedRole[]): OfferedRole[] {
  return offered.filter(({ crn, displayName }) => crn === written || sameName(displayName, written));
}

/** How a role is called: by its display name, or by its CRN where that name is not its own alone. */
function canonicalName(role: OfferedRole, offered: readonly OfferedRole[]): string {
  return matches(role.displayName, offered).length === 1 ? role.displayName : role.crn;
}

/** Roles in canonical spelling, each once, sorted. What is not known keeps the spelling it has. */
export function canonicalRoles(written: readonly string[], offered: readonly OfferedRole[] = []): string[] {
  const byKey = new Map<string, string>();
  for (const each of written) {
    const [found, ...others] = matches(each, offered);
    const name =
      found && others.length === 0
        ? canonicalName(found, offered)
        : (ROLE_NAMES.find((known) => sameName(known, each)) ?? each);
    byKey.set(name.toLowerCase(), name);
  }
  return [...byKey.values()].sort();
}

/** Whether two lists name the same roles, in any order and case. */
export function sameRoles(some: readonly string[], others: readonly string[]): boolean {
  const keys = (roles: readonly string[]) =>
    JSON.stringify([...new Set(roles.map((each) => each.toLowerCase()))].sort());
  return keys(some) === keys(others);
}

/** The display names of role CRNs, as far as they are told; CRNs for the rest. */
export function namesOfRoles(crns: readonly string[], names: Readonly<Record<string, string>>): string[] {
  // A role's id may be any text, such as a property that every object has.
  return canonicalRoles(crns.map((crn) => (Object.hasOwn(names, crn) && names[crn]) || crn));
}

/** A role that cannot be granted: where it stands, and why. */
export interface RoleRefusal {
  index: number;
  /** A sentence that follows the property. */
  reason: string;
}

/**
 * The CRNs of written roles.
 *
 * @param pair how sentences call the source and the target
 * @returns the CRNs, and what is wrong with each role that IAM does not offer
 */
export function resolveRoles(
  written: readonly string[],
  offered: readonly OfferedRole[],
  pair: string,
): { crns: string[]; refusals: RoleRefusal[] } {
  const crns: string[] = [];
  const refusals: RoleRefusal[] = [];
  const seen = new Set<string>();
  for (const [index, each] of written.entries()) {
    // What is wrong with a role is said once, however often it is written.
    if (seen.has(each)) continue;
    seen.add(each);
    const [found, ...others] = matches(each, offered);
    if (found && others.length === 0) crns.push(found.crn);
    else if (found) refusals.push({ index, reason: ambiguous(each, [found, ...others]) });
    // Credentials that may not read roles are answered with an empty list: a CRN needs no look-up.
    else if (offered.length === 0 && each.startsWith("crn:")) crns.push(each);
    else refusals.push({ index, reason: notOffered(each, offered, pair) });
  }
  return { crns: [...new Set(crns)], refusals };
}

function ambiguous(written: string, found: readonly OfferedRole[]): string {
  return `is ${written}, the name of several roles: write the CRN, one of ${found.map(({ crn }) => crn).join(", ")}`;
}

function notOffered(written: string, offered: readonly OfferedRole[], pair: string): string {
  if (offered.length === 0) {
    return `is ${written}, and IAM offers no roles for ${pair}: a service's name is misspelt, the pair cannot be authorized, or these credentials may not read roles (a role's CRN needs no look-up)`;
  }
  const names = offered.map(({ displayName }) => displayName);
  const meant = nearest(written, names);
  const question = meant ? `: did you mean ${meant}?` : ".";
  return `is ${written}, which IAM does not offer for ${pair}${question} It offers ${names.join(", ")}`;
}

/** The sentence of a refusal, with its property. */
export function roleSentence({ index, reason }: RoleRefusal): string {
  return `roles[${index}] ${reason}`;
}
