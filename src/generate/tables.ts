import { Expression } from "./literal";
import { uniqueName } from "./names";

/** A resource of the program: its name and arguments. */
export interface Row {
  name: string;
  args: object;
}

/** Resources whose arguments differ only in a few values. */
export interface Table {
  /** The name of the variable that holds the rows. */
  variable: string;
  /** The values that differ, by resource name and column. */
  rows: Record<string, Record<string, unknown>>;
  /** Returns the arguments with `valueOf(column)` in the place of each value that differs. */
  common: (valueOf: (column: string) => unknown) => object;
}

/** The smallest number of resources that become a table. */
const MIN_ROWS = 4;

/** The path of a value in the arguments, such as `["target", "resource"]`. */
export type Path = readonly string[];

/** The values that may differ between the rows of a table. All other values, such as roles, must be equal. */
const VARIABLE = new Set([
  "source.serviceInstance",
  "source.resourceGroupId",
  "target.serviceInstance",
  "target.resourceGroupId",
  "target.resource",
  "description",
  "adopt",
]);

/** The values that may differ between the rows of a table with several pairs of services. */
const CAN_DIFFER = new Set([...VARIABLE, "source.serviceName", "target.serviceName"]);

/** Groups resources that are alike into tables: first those of one pair of services, then those that differ in a service. */
export function tablesOf(rows: readonly Row[]): { tables: Table[]; others: Row[] } {
  const ofPairs = alikeIn(rows, VARIABLE);
  const left = without(rows, ofPairs);
  const ofSeveral = alikeIn(left, CAN_DIFFER);
  const variables = new Set<string>();
  return {
    tables: [...ofPairs, ...ofSeveral].map((group) => tableOf(group.map(withDescription), variables)),
    others: without(left, ofSeveral),
  };
}

function without(rows: readonly Row[], groups: readonly Row[][]): Row[] {
  const inGroups = new Set(groups.flat());
  return rows.filter((row) => !inGroups.has(row));
}

/** Returns the groups of resources that differ only in the values at `variable` paths and are large enough for a table. */
function alikeIn(rows: readonly Row[], variable: ReadonlySet<string>): Row[][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const { description, ...others } = row.args as Record<string, unknown>;
    const key = JSON.stringify(
      replaced(others, (path, value) => (variable.has(path.join(".")) ? null : value)),
    );
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].filter((group) => group.length >= MIN_ROWS);
}

/** Adds an empty description, which means none, if other rows of the table have one. */
function withDescription(row: Row, _: number, group: readonly Row[]): Row {
  if (!group.some(({ args }) => "description" in args && args.description !== undefined)) return row;
  const { source, target, roles, description = "", ...others } = row.args as Record<string, unknown>;
  return { ...row, args: { source, target, roles, description, ...others } };
}

function tableOf(group: readonly Row[], variables: Set<string>): Table {
  const [first = { name: "", args: {} }] = group;
  const paths: Path[] = [];
  replaced(first.args, (path, value) => {
    const differs = group.some(({ args }) => valueAt(args, path) !== value);
    if (differs && CAN_DIFFER.has(path.join("."))) paths.push(path);
    return value;
  });
  const columns = new Map(paths.map((path) => [path.join("."), columnName(path, paths)]));
  const rows = group.map(({ name, args }) => {
    const values = paths.map((path) => [columns.get(path.join(".")), valueAt(args, path)] as const);
    return [name, Object.fromEntries(values)] as const;
  });
  return {
    variable: variableName(first.args, paths, variables),
    rows: Object.fromEntries(rows),
    common: (valueOf) =>
      replaced(first.args, (path, value) => {
        const column = columns.get(path.join("."));
        return column === undefined ? value : valueOf(column);
      }) as object,
  };
}

/** Returns the last part of a path, with its side if both sides have that part. */
function columnName(path: Path, paths: readonly Path[]): string {
  const last = path.at(-1) ?? "";
  const isShared = paths.some((other) => other !== path && other.at(-1) === last);
  return isShared ? camelCase(path.join("-")) : last;
}

/**
 * Returns a variable's name, such as `kmsGrants`, from the service on the side that is not Event Notifications. If the services
 * in the table differ, the name has the side, such as `targetGrants`.
 */
function variableName(args: object, paths: readonly Path[], taken: Set<string>): string {
  const side = paths.find((path) => path.at(-1) === "serviceName")?.[0];
  const services = ["target", "source"].map((each) => valueAt(args, [each, "serviceName"]));
  const service = services.find((each) => typeof each === "string" && each !== "event-notifications");
  const name = camelCase(
    `${side ?? (typeof service === "string" && service !== "*" ? service : "all-services")}-grants`,
  );
  return uniqueName(name, taken);
}

export function camelCase(text: string): string {
  return text
    .replace(/[^A-Za-z0-9]+(\w?)/g, (_, letter: string) => letter.toUpperCase())
    .replace(/^\d/, "_$&");
}

/** Copies an object, and replaces each value in it that is not an object. An array and an expression are replaced as a whole. */
export function replaced(
  value: unknown,
  replace: (path: Path, value: unknown) => unknown,
  path: Path = [],
): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Expression)
    return replace(path, value);
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.map(([key, each]) => [key, replaced(each, replace, [...path, key])]));
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (each, key) =>
      typeof each === "object" && each !== null ? (each as Record<string, unknown>)[key] : undefined,
    value,
  );
}
