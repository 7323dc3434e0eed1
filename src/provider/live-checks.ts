import type { OfferedRole, Pair } from "../iam/roles";
import { SERVICE_NAMES } from "../known-names";
import type { Inputs } from "./inputs";
import { nearest } from "./nearest";
import { lackingOf } from "./presets";
import { resolveRoles, roleSentence } from "./roles";
import type { Failure } from "./shape";
import { holdsUnknown } from "./unknown";

/** What is wrong with roles, and what only deserves a word. */
export interface Findings {
  failures: Failure[];
  notes: string[];
}

/**
 * Checks roles as they are written against what IAM offers for the pair. An empty offer may also mean that these
 * credentials may not read roles: it is a failure only where a service's name is close to a known one.
 *
 * @param isWritten whether the program writes the roles: only then a part of the documented ones is a mistake
 */
export function checkRoles(
  { roles = [] }: Pick<Inputs, "roles">,
  pair: Pair,
  offered: readonly OfferedRole[] | undefined,
  isWritten: boolean,
): Findings {
  const text = `${pair.source ?? "*"} -> ${pair.target ?? "*"}`;
  const known = holdsUnknown(roles) ? [] : roles;
  const notes = isWritten ? lackingNotes(pair, known, text) : [];
  if (offered === undefined) return { failures: [], notes };
  if (offered.length === 0) {
    const failures = misspelt(pair);
    if (failures.length > 0) return { failures, notes };
    return {
      failures: [],
      notes: [
        ...notes,
        `IAM offers no roles for ${text}: either the pair cannot be authorized, or these credentials may not read roles. Roles are not checked`,
      ],
    };
  }
  const failures = resolveRoles(known, offered, text).refusals.map((refusal) => ({
    property: `roles[${refusal.index}]`,
    reason: roleSentence(refusal),
    code: "role-not-offered" as const,
  }));
  return { failures, notes };
}

function lackingNotes(pair: Pair, roles: readonly string[], text: string): string[] {
  const lacking = lackingOf(pair, roles);
  if (lacking.length === 0) return [];
  return [
    `${text} needs ${lacking.join(" and ")} too by IBM's documentation: with ${roles.join(", ")} alone it does not work`,
  ];
}

function misspelt({ source, target }: Pair): Failure[] {
  return Object.entries({ "source.serviceName": source, "target.serviceName": target }).flatMap(
    ([property, written]) => {
      if (written === undefined || SERVICE_NAMES.some((known) => known === written)) return [];
      const meant = nearest(written, SERVICE_NAMES, 3);
      if (meant === undefined) return [];
      return [
        { property, reason: `${property} is ${written}, for which IAM has no roles: did you mean ${meant}?` },
      ];
    },
  );
}
