import { isDeepStrictEqual } from "node:util";
import { diffInputs } from "../provider/diff";
import type { Inputs, State } from "../provider/types";

type Values = Record<string, unknown>;
type Kind = "add" | "delete" | "update";

/** The change of one property. */
export interface PropertyChange {
  kind: Kind;
  /** True if the change replaces the resource. */
  replaces: boolean;
}

/** The arguments whose properties are compared one by one. */
const OBJECTS = new Set(["source", "target", "settle"]);

/**
 * Returns the changes of an authorization by property path, such as `target.resource`. Properties that Pulumi doesn't show,
 * such as the record of default roles, are left out.
 *
 * @param known the state
 * @param olds the inputs in state, which the new ones are compared with
 * @param replaces the arguments whose change replaces the authorization
 */
export function detailedDiff(
  known: Partial<State>,
  olds: Values,
  wanted: Inputs,
  replaces: readonly string[],
): Map<string, PropertyChange> {
  const changes = new Map<string, PropertyChange>();
  const add = (path: string, key: string, old: unknown, next: unknown) => {
    if (isDeepStrictEqual(old, next)) return;
    const kind = old === undefined ? "add" : next === undefined ? "delete" : "update";
    changes.set(path, { kind, replaces: replaces.includes(key) });
  };
  const news: Values = { ...wanted };
  for (const key of diffInputs(known, wanted).changed.filter((each) => !each.startsWith("__"))) {
    const [old, next] = [olds[key], news[key]];
    if (!OBJECTS.has(key) || !isObject(old) || !isObject(next)) add(key, key, old, next);
    else
      for (const name of new Set([...Object.keys(old), ...Object.keys(next)]))
        add(`${key}.${name}`, key, old[name], next[name]);
    // The state can differ from the program in a part that the old inputs don't show, such as an account.
    if (![...changes.keys()].some((path) => path === key || path.startsWith(`${key}.`)))
      changes.set(key, { kind: "update", replaces: replaces.includes(key) });
  }
  for (const key of replaces)
    if (!changes.has(key) && !OBJECTS.has(key)) changes.set(key, { kind: "update", replaces: true });
  return changes;
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
