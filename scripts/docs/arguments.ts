import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as prettier from "prettier";
import * as ts from "typescript";
import { exportedTypes } from "./exported-types";

const ROOT = join(__dirname, "..", "..");

/** The page that this script writes. */
const ARGUMENTS_PAGE = join(ROOT, "docs", "arguments.md");

/** A section of the page: the type whose properties it lists, and how a program writes them. */
interface Section {
  type: string;
  heading: string;
  /** The type that the arguments refer to, if it is not `type` itself. */
  name?: string;
}

/** The type of the arguments. On the page, each argument has a heading; the properties of other types are lists. */
const ARGUMENTS = "EnAuthorizationArgs";
const SECTIONS: readonly Section[] = [
  { type: "SourceProperties", heading: "Properties of `source`", name: "AuthorizationSource" },
  { type: "TargetProperties", heading: "Properties of `target`", name: "AuthorizationTarget" },
  { type: "AuthorizationCrn", heading: "Properties of a `source` or `target` given by its CRN" },
  { type: "AuthorizationAttribute", heading: "Properties of `attributes`" },
  { type: "AuthorizationTag", heading: "Properties of `tags`" },
  { type: "AuthorizationSettle", heading: "Properties of `settle`" },
];
const OUTPUTS = "EnAuthorization";
const NAMES: readonly Section[] = [
  { type: "ServiceName", heading: "Service names" },
  { type: "Role", heading: "Role names" },
  { type: "ResourceType", heading: "Types of resources" },
];

/** Types that a link can replace, by name. */
const LINKS = new Map(
  [...SECTIONS, ...NAMES].map(({ type, heading, name = type }) => [
    name,
    `[\`${name}\`](#${anchorOf(heading)})`,
  ]),
);

/** Generates the reference of the arguments from the doc comments in `src`. */
export async function argumentsPage(): Promise<string> {
  const { checker, symbolOf, typeOf } = exportedTypes(join(ROOT, "src", "index.ts"));
  const textOf = (symbol: ts.Symbol) => markdown(symbol.getDocumentationComment(checker));

  const sections = SECTIONS.map(({ type, heading, name = type }) =>
    [
      `## ${heading}`,
      textOf(symbolOf(name)),
      ...typeOf(type).getProperties().filter(isAllowed).map(item),
    ].join("\n\n"),
  );
  const names = NAMES.map(({ type, heading }) => {
    const union = typeOf(type);
    const literals = (union.isUnion() ? union.types : []).filter((each) => each.isStringLiteral());
    const list = literals.map(({ value }) => `\`${value}\``).join(", ");
    return [`## ${heading}`, textOf(symbolOf(type)), `Editors suggest ${list}.`].join("\n\n");
  });
  const outputs = typeOf(OUTPUTS).getProperties();

  return prettier.format(
    [
      "# Arguments",
      "<!-- Generated from the doc comments in src: npx tsx scripts/docs/arguments.ts -->",
      "The arguments of `new EnAuthorization(name, args, opts)`. [Scopes and roles](scopes-and-roles.md) explains how they " +
        "work together, and [How changes work](how-changes-work.md) explains the effect of a change. " +
        "[Coming from Terraform](coming-from-terraform.md) maps them to the arguments of Terraform and of IBM's CLI.",
      ...typeOf(ARGUMENTS).getProperties().map(argument),
      ...sections,
      ...names,
      "## Outputs",
      "The properties of an `EnAuthorization`, each a Pulumi output. `id` is the id of the policy in IAM.",
      ...outputs.map(item),
    ].join("\n\n"),
    { parser: "markdown", printWidth: 110 },
  );

  function argument(symbol: ts.Symbol): string {
    const kind = isOptional(symbol) ? "optional" : "required";
    return [
      `## \`${symbol.name}\``,
      `Type: ${shownType(symbol)}, ${kind}.`,
      textOf(symbol),
      defaultOf(symbol),
    ].join("\n\n");
  }

  function item(symbol: ts.Symbol): string {
    const text = [textOf(symbol), defaultOf(symbol)].filter(Boolean).join(" ");
    const isArgument = declarationOf(symbol)?.parent.kind === ts.SyntaxKind.InterfaceDeclaration;
    const required = isArgument && !isOptional(symbol) ? ", required" : "";
    // A list item's further paragraphs must be indented.
    return `- **\`${symbol.name}\`** (${shownType(symbol)}${required})\n\n  ${text.replaceAll("\n", "\n  ")}`;
  }

  function defaultOf(symbol: ts.Symbol): string {
    const tag = symbol.getJsDocTags(checker).find(({ name }) => name === "default");
    if (tag === undefined) return "";
    const text = markdown(tag.text ?? []);
    return `Default: ${/^("[^"]*"|\d+|true|false)$/.test(text) ? `\`${text}\`` : text}.`;
  }

  function shownType(symbol: ts.Symbol): string {
    const node = declarationOf(symbol)?.type;
    if (node === undefined) throw new Error(`${symbol.name} has no type that the page can show`);
    const text = withoutInputs(node).replace(/\s+/g, " ");
    return LINKS.get(text) ?? LINKS.get(text.replace(/\[\]$/, ""))?.concat("[]") ?? `\`${text}\``;
  }
}

/** Returns a type as a program writes it, without Pulumi's wrappers. */
function withoutInputs(node: ts.TypeNode): string {
  return node
    .getText()
    .replace(/\b(pulumi\.(Input|Output|Unwrap)|ObjectInput|SideInput)(?=<)/g, "")
    .replace(/<((?:[^<>]|<[^<>]*>)*)>/g, unwrapped)
    .replace(/<([^<>]*)>/g, unwrapped);
}

function unwrapped(whole: string, inner: string, at: number, text: string): string {
  return /\w$/.test(text.slice(0, at)) ? whole : inner;
}

/** A property of the type `Excluded` exists only for the compiler. */
function isAllowed(symbol: ts.Symbol): boolean {
  return declarationOf(symbol)?.type?.getText() !== "Excluded";
}

/** Returns a comment as Markdown: `{@link name}` becomes code, and characters that Markdown reads as HTML are escaped. */
function markdown(parts: readonly ts.SymbolDisplayPart[]): string {
  return ts
    .displayPartsToString([...parts])
    .replace(/\{@link\s+([^}|\s]+)[^}]*\}/g, "`$1`")
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? part : part.replaceAll("<", "\\<")))
    .join("")
    .trim();
}

/** Returns the declaration of a property, even if the property was picked from another type. */
function declarationOf({ declarations = [] }: ts.Symbol) {
  return declarations.find((each) => ts.isPropertySignature(each) || ts.isPropertyDeclaration(each));
}

function isOptional(symbol: ts.Symbol): boolean {
  return (symbol.flags & ts.SymbolFlags.Optional) !== 0;
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}

async function main(): Promise<void> {
  const page = await argumentsPage();
  if (!process.argv.includes("--check")) return writeFile(ARGUMENTS_PAGE, page);
  if ((await readFile(ARGUMENTS_PAGE, "utf8")) === page) return;
  console.error("docs/arguments.md differs from the doc comments: npx tsx scripts/docs/arguments.ts");
  process.exitCode = 1;
}

if (require.main === module) void main();
