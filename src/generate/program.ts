import { withConstants } from "./constants";
import { declaredArgs, PROTECTED } from "./declared";
import { Expression, expandedLiteral, printLiteral, quoted } from "./literal";
import type { NamesById } from "./names";
import { tablesOf, type Row, type Table } from "./tables";
import type { TakenOver } from "./types";

/**
 * Writes a TypeScript program that takes over authorizations, formatted as prettier formats it by default.
 *
 * @param names the instances and resource groups that get a variable
 */
export function typeScriptProgram(taken: readonly TakenOver[], names: NamesById): string {
  const declared = taken.map((each): Row => ({ name: each.name, args: declaredArgs(each) }));
  const { rows, constants } = withConstants(declared, names);
  const { tables, others } = tablesOf(rows);
  const statements = [
    ...constants.map(({ variable, ids }) => `const ${variable} = ${expandedLiteral(ids)};`),
    ...others.map(({ name, args }) => resource(quoted(name), args)),
    ...tables.map(tableText),
  ];
  return (
    ['import { EnAuthorization } from "pulumi-ibm-en-authorization";', ...statements].join("\n\n") + "\n"
  );
}

/** Writes the statement that declares an authorization. It is never short enough for one line. */
function resource(name: string, args: object, depth = 0): string {
  const [outer, inner] = ["  ".repeat(depth), "  ".repeat(depth + 1)];
  return [
    `${outer}new EnAuthorization(`,
    `${inner}${name},`,
    `${inner}${expandedLiteral(args, depth + 1)},`,
    `${inner}${printLiteral(PROTECTED)},`,
    `${outer});`,
  ].join("\n");
}

/** Writes a table of authorizations that are alike, and the loop that declares them. */
function tableText({ variable, rows, common }: Table): string {
  const head = `const ${variable} = `;
  return [
    `${head}${expandedLiteral(rows)};`,
    `for (const [name, each] of Object.entries(${variable})) {`,
    resource(
      "name",
      common((column) => new Expression(`each.${column}`)),
      1,
    ),
    "}",
  ].join("\n");
}
