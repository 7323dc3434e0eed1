import { isDeepStrictEqual } from "node:util";
import type { OfferedRole, Pair } from "../../iam/types";
import { ROLE_NAMES } from "../../known-names";
import { suggest } from "../../shared/suggest";
import { shortName } from "../roles";
import type { CheckFailure, Inputs } from "../types";
import { ALL, EVENT_NOTIFICATIONS, UNKNOWN } from "../values";
import { formatPair, pairOf } from "./normalize";

/** The roles that IBM documents for a pair of services. */
interface RoleSet {
  source: string;
  target: string;
  /**
   * In canonical spelling and order. Empty if IBM's pages disagree or name no role; the program must then set the roles.
   */
  roles: readonly string[];
  /** The page of IBM's docs. */
  page: string;
}

/** Matches every source without a row of its own. */
const ANY_SOURCE = "any";

/**
 * The documented role sets. A released set never changes, so that no upgrade of this package changes a grant;
 * `test/provider/check/default-roles.test.ts` enforces it.
 */
const ROLE_SETS: readonly RoleSet[] = [
  {
    source: EVENT_NOTIFICATIONS,
    target: "cloud-object-storage",
    roles: ["Object Writer", "Reader"],
    page: "event-notifications: en-destination-cloud-object-storage, en-cfe-integrations",
  },
  {
    source: EVENT_NOTIFICATIONS,
    target: "codeengine",
    roles: ["Viewer", "Writer"],
    page: "event-notifications: en-destination-codeengine",
  },
  {
    source: EVENT_NOTIFICATIONS,
    target: "kms",
    roles: ["Reader"],
    page: "event-notifications: en-managing-encryption",
  },
  {
    source: EVENT_NOTIFICATIONS,
    target: "hs-crypto",
    roles: ["Reader"],
    page: "event-notifications: en-managing-encryption",
  },
  {
    source: EVENT_NOTIFICATIONS,
    target: "apprapp",
    roles: ["Config Operator"],
    page: "event-notifications: en-destination-app-configuration",
  },
  // These services' own pages also require Reader, or Reader and Viewer. Event Notifications' page does not.
  { source: "logs", target: EVENT_NOTIFICATIONS, roles: [], page: "cloud-logs: iam-service-auth-en" },
  { source: "sysdig-monitor", target: EVENT_NOTIFICATIONS, roles: [], page: "monitoring: eventnotif" },
  {
    source: "toolchain",
    target: EVENT_NOTIFICATIONS,
    roles: [],
    page: "ContinuousDelivery: event-notifications-cd",
  },
  {
    source: ANY_SOURCE,
    target: EVENT_NOTIFICATIONS,
    roles: ["Event Source Manager"],
    page: "event-notifications: en-create-source",
  },
];

/** Returns the roles that IBM documents for a pair, or `undefined` if there is no such set. */
export function documentedRoles({ source, target }: Pair = {}): string[] | undefined {
  if (source === undefined || source === ALL) return undefined;
  const found = ROLE_SETS.find(
    (each) => each.target === target && (each.source === source || each.source === ANY_SOURCE),
  );
  return found?.roles.length ? [...found.roles] : undefined;
}

/** The number of letters that a misspelled role may differ in. */
const MAX_DISTANCE = 3;

/**
 * Returns the documented roles that `roles` lacks. It returns none if `roles` has no documented role at all, because then the
 * user chose other roles on purpose. A documented role doesn't count as missing if `roles` has an unknown role with a similar
 * name, which is probably a misspelling.
 */
export function missingRoles(pair: Pair, roles: readonly string[]): string[] {
  const documented = documentedRoles(pair) ?? [];
  const isSame = (some: string, other: string) => some.toLowerCase() === other.toLowerCase();
  const has = (role: string) => roles.some((each) => isSame(each, role));
  if (!documented.some(has)) return [];
  const unknown = roles.filter((each) => !ROLE_NAMES.some((known) => isSame(known, each)));
  const isMeant = (role: string) => unknown.some((each) => suggest(shortName(each), [role], MAX_DISTANCE));
  return documented.filter((role) => !has(role) && !isMeant(role));
}

/** The placeholder for roles that are known only during `pulumi up`. */
const UNKNOWN_ROLES = UNKNOWN as unknown as string[];

/**
 * Fills in the documented roles if the program sets none. Roles that were filled in before are kept while the pair of
 * services stays the same. If `adopt` is or was set, no roles are filled in: the adopted policy keeps its own.
 *
 * @param olds the inputs in state
 */
export function fillInRoles(
  inputs: Inputs,
  pair: Pair | undefined,
  olds: Partial<Inputs>,
  offered: readonly OfferedRole[] = [],
): { inputs: Inputs; failures: CheckFailure[] } {
  const filled = (roles: Pick<Inputs, "roles" | "__presetRoles">) => ({
    inputs: { ...inputs, ...roles },
    failures: [],
  });
  if (inputs.roles !== undefined) return filled({});
  if (inputs.adopt !== undefined && inputs.adopt !== UNKNOWN) return filled({});
  const keepsPair = isSamePair(olds, pair);
  if (keepsPair && olds.roles === undefined) return filled({});
  if (pair === undefined || inputs.adopt === UNKNOWN) return filled({ roles: UNKNOWN_ROLES });
  const roles = (keepsPair ? olds.__presetRoles : undefined) ?? documentedRoles(pair);
  if (roles) return filled({ roles: [...roles], __presetRoles: [...roles] });

  const names = offered.map(({ displayName }) => displayName);
  const choice = names.length > 0 ? `. IAM offers ${names.join(", ")}` : "";
  const reason = `roles is missing: IBM documents no roles for ${formatPair(pair)}, or its pages disagree, so write them${choice}`;
  return { inputs, failures: [{ property: "roles", reason, code: "roles-missing" }] };
}

/** Returns true if the resource exists and its services stay the same. */
function isSamePair({ source, target }: Partial<Inputs>, pair: Pair | undefined): boolean {
  return source !== undefined && target !== undefined && isDeepStrictEqual(pairOf({ source, target }), pair);
}
