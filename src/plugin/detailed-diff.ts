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
  /** True if the inputs differ; false if only the state differs from them. */
  isOfInputs: boolean;
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
  const add = (path: string, key: string, old: unknown, next: unknown, isOfInputs = true) => {
    const kind = old === undefined ? "add" : next === undefined ? "delete" : "update";
    changes.set(path, { kind, replaces: replaces.includes(key), isOfInputs });
  };
  const news: Values = { ...wanted };
  const state: Values = { ...known };
  const { changed } = diffInputs(known, wanted);
  for (const key of changed.filter((each) => !each.startsWith("__"))) {
    const [old, next] = [olds[key], news[key]];
    // An incomplete resource differs from its inputs.
    if (isDeepStrictEqual(old, next)) add(key, key, state[key], next, false);
    else if (!OBJECTS.has(key) || !isObject(old) || !isObject(next)) add(key, key, old, next);
    else
      for (const name of new Set([...Object.keys(old), ...Object.keys(next)]))
        if (!isDeepStrictEqual(old[name], next[name])) add(`${key}.${name}`, key, old[name], next[name]);
  }
  return changes;
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
