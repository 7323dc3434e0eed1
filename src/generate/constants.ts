import { uniqueName, type NamesById } from "./names";
import { Expression } from "./literal";
import { camelCase, replaced, type Path, type Row } from "./tables";

/** The variables of a program, and the arguments whose ids they hold. */
const VARIABLES: Record<string, string> = {
  serviceInstance: "instances",
  resourceGroupId: "resourceGroups",
};

/** A variable of a program: the ids of instances or resource groups, by keys made from their names in the account. */
export interface Constants {
  variable: string;
  ids: Record<string, string>;
}

/** Replaces the ids of instances and resource groups with readable names, and returns the variables that hold the ids. */
export function withConstants(
  rows: readonly Row[],
  names: NamesById,
): { rows: Row[]; constants: Constants[] } {
  const used = new Map<string, Record<string, string>>();
  // One id has one expression, so that rows with the same id have equal values.
  const expressions = new Map<unknown, Expression>();

  const nameOf = (path: Path, value: unknown): unknown => {
    const variable = VARIABLES[path.at(-1) ?? ""];
    const base = camelCase(asciiOf(names.get(String(value)) ?? ""));
    if (variable === undefined || base === "") return value;
    const known = expressions.get(value);
    if (known) return known;
    const ids = used.get(variable) ?? {};
    const name = uniqueName(base, new Set(Object.keys(ids)));
    ids[name] = String(value);
    used.set(variable, ids);
    const expression = new Expression(`${variable}.${name}`);
    expressions.set(value, expression);
    return expression;
  };
  return {
    rows: rows.map(({ name, args }) => ({ name, args: replaced(args, nameOf) as object })),
    constants: Object.values(VARIABLES).flatMap((variable) => {
      const ids = used.get(variable);
      return ids ? [{ variable, ids }] : [];
    }),
  };
}

/** Leaves out the characters that a key can't contain without quotes. */
function asciiOf(name: string): string {
  return name
    .replace(/[^A-Za-z0-9]+/g, " ")
    .trim()
    .replace(/^[A-Z]/, (first) => first.toLowerCase());
}
