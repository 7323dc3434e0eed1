import type { Command } from "commander";
import type { Policy } from "../iam/types";
import { isOfEventNotifications, toAllAuthorizations } from "../provider/authorizations";
import { isBroad } from "../provider/scope-text";
import type { Authorization } from "../results";
import { counted } from "../shared/text";
import { useAccount } from "./account";
import { noteOf, orFail, withProgress } from "./command";
import { placesOf, toNames, type Names, type Places } from "./listed";
import type { AccountOptions, Filters } from "./options";

/** The authorizations of an account, and those that the options select. */
export interface Selected {
  all: Authorization[];
  /** Those that the filters were applied to. */
  considered: Authorization[];
  found: Authorization[];
  places: Places;
  names: Names;
}

/**
 * Reads the account, and selects authorizations.
 *
 * @param what the command's work, for an error
 * @param progress the text on a terminal meanwhile
 */
export async function readSelected(
  options: AccountOptions & Filters,
  command: Command,
  { what, progress }: { what: string; progress: string },
): Promise<Selected> {
  const note = noteOf(command);
  const [policies, places] = await orFail(command, what, async () => {
    const account = await useAccount(options, note);
    const list = (): Promise<Policy[]> => (options.deleted ? account.deleted() : account.policies());
    return withProgress(progress, () => Promise.all([list(), placesOf(account, note)]));
  });
  const all = toAllAuthorizations(policies);
  const considered = options.all ? all : all.filter(isOfEventNotifications);
  const names = toNames(places);
  const found = considered.filter((each) => matches(each, options, names));
  return { all, considered, found, places, names };
}

function matches(authorization: Authorization, filters: Filters, names: Names): boolean {
  const { source, target, roles, managedBy = "none" } = authorization;
  const { role } = filters;
  return (
    matchesSide(source, filters.source, names) &&
    matchesSide(target, filters.target, names) &&
    (role === undefined || roles.some((each) => each.toLowerCase() === role.toLowerCase())) &&
    (filters.managedBy === undefined || managedBy === filters.managedBy) &&
    (!filters.broad || [source, target].some(isBroad))
  );
}

type Side = Authorization["source"] | Authorization["target"];

function matchesSide(side: Side, wanted: string | undefined, names: Names): boolean {
  if (wanted === undefined) return true;
  const { serviceName, serviceInstance, resourceGroupId, accountId } = side;
  const ids = [serviceInstance, resourceGroupId].filter((each) => each !== undefined);
  const values = [serviceName, accountId, ...ids, ...ids.map((each) => names.get(each))];
  return values.some((each) => each?.toLowerCase() === wanted.toLowerCase());
}

/** Explains an empty result: the account has none, none of Event Notifications, or none that the filters select. */
export function emptyText(
  { all, considered }: Pick<Selected, "all" | "considered">,
  filters: Filters,
): string {
  const { deleted } = filters;
  const noun = deleted ? "deleted authorization" : "authorization";
  if (all.length === 0) return `The account has no ${noun}s.`;
  if (considered.length > 0) return `The filters match none of ${counted(considered.length, noun)}.`;
  return `The account has ${counted(all.length, noun)}, but none is from or to Event Notifications${filters.all ? "" : ": list them with --all"}.`;
}
