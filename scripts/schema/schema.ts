import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as ts from "typescript";
import { CONFIG_KEYS } from "../../src/iam/config";
import { exportedTypes } from "../docs/exported-types";
import { OBJECTS, OPEN_ENUMS, LISTED, type ObjectType } from "./objects";
import { CONFIG, LANGUAGES, META, PACKAGE } from "./package";

const ROOT = join(__dirname, "..", "..");

/** The file that this script writes. */
export const SCHEMA_FILE = join(ROOT, "schema.json");

type Schema = Record<string, unknown>;

/** The types around a plain one. */
const WRAPPERS = ["pulumi.Input", "pulumi.Output", "pulumi.Unwrap", "ObjectInput", "SideInput"];

const FUNCTIONS: Record<string, { args: string; result: string }> = {
  getServiceInstance: { args: "GetServiceInstanceOutputArgs", result: "ServiceInstance" },
  getResourceGroup: { args: "GetResourceGroupOutputArgs", result: "ResourceGroup" },
};

/** Returns the schema of the packaged provider, from the types and doc comments in `src`. */
function packageSchema(version: string): Schema {
  const { checker, symbolOf, typeOf } = exportedTypes(join(ROOT, "src", "index.ts"));
  const enums: Record<string, Schema> = {};
  const types = {
    ...Object.fromEntries(OPEN_ENUMS.map((name) => [tokenOf(name), openEnum(name)])),
    ...Object.fromEntries(
      Object.entries(OBJECTS).map(([name, { text, of, ...changes }]) => [
        tokenOf(name),
        { type: "object", description: textOf(symbolOf(text)), ...propertiesOf(of, changes) },
      ]),
    ),
  };
  const inputs = propertiesOf(["EnAuthorizationArgs"]);
  const outputs = outputProperties();
  const functions = Object.fromEntries(
    Object.entries(FUNCTIONS).map(([name, { args, result }]) => [
      tokenOf(name),
      {
        description: textOf(symbolOf(name)),
        inputs: { type: "object", ...propertiesOf([args]) },
        outputs: { type: "object", ...propertiesOf([result]) },
      },
    ]),
  );
  const listing = {
    description: textOf(symbolOf("getAuthorizations")),
    inputs: { type: "object", ...propertiesOf(["GetAuthorizationsOutputArgs"]) },
    outputs: {
      type: "object",
      properties: {
        authorizations: {
          type: "array",
          items: reference("Authorization"),
          description: "The authorizations, oldest first.",
        },
      },
      required: ["authorizations"],
    },
  };
  const config = Object.fromEntries(CONFIG_KEYS.map((key) => [key, CONFIG[key]]));
  return {
    ...META,
    version,
    language: LANGUAGES,
    config: { variables: config },
    types: { ...types, ...enums },
    provider: { description: "The credentials and settings of a provider.", inputProperties: config },
    resources: {
      [tokenOf("EnAuthorization")]: {
        description: `${textOf(symbolOf("EnAuthorization"))}\n\nIts id is the id of the policy in IAM.`,
        ...outputs,
        inputProperties: inputs.properties,
        requiredInputs: inputs.required,
      },
    },
    functions: { ...functions, [tokenOf("getAuthorizations")]: listing },
  };

  /** Returns the outputs of the class. Source and target have the types of their values in the state. */
  function outputProperties(): Schema {
    const properties = typeOf("EnAuthorization").getProperties();
    const stored: Record<string, Schema> = {
      source: reference("StoredSource"),
      target: reference("StoredTarget"),
    };
    const optional = new Set(
      properties
        .filter((each) => declarationOf(each)?.type?.getText().includes("undefined"))
        .map(({ name }) => name),
    );
    return {
      properties: Object.fromEntries(
        properties.map((each) => [
          each.name,
          { ...(stored[each.name] ?? schemaOf(each)), description: textOf(each) },
        ]),
      ),
      required: properties.map(({ name }) => name).filter((name) => !optional.has(name)),
    };
  }

  function propertiesOf(names: readonly string[], { optional = [], always = [] }: Partial<ObjectType> = {}) {
    const byName = new Map<string, ts.Symbol>();
    for (const each of names.flatMap((name) => typeOf(name).getProperties()))
      if (!byName.has(each.name) && declarationOf(each)?.type?.getText() !== "Excluded")
        byName.set(each.name, each);
    const properties = [...byName.values()];
    return {
      properties: Object.fromEntries(
        properties.map((each) => [each.name, { ...schemaOf(each), description: describe(each) }]),
      ),
      required: properties
        .filter((each) => always.includes(each.name) || !(isOptional(each) || optional.includes(each.name)))
        .map(({ name }) => name),
    };
  }

  function schemaOf(symbol: ts.Symbol): Schema {
    const node = declarationOf(symbol)?.type;
    if (node === undefined) throw new Error(`${symbol.name} has no type that the schema can have`);
    return schemaOfType(node, symbol.name);
  }

  /** @throws if the schema doesn't have the type */
  function schemaOfType(written: ts.TypeNode, property: string): Schema {
    const node = withoutInputs(written);
    const text = node.getText();
    if (["string", "number", "boolean"].includes(text)) return { type: text };
    if (OPEN_ENUMS.includes(text)) return { oneOf: [{ type: "string" }, reference(text)] };
    if (ts.isArrayTypeNode(node)) return { type: "array", items: schemaOfType(node.elementType, property) };
    const name = LISTED[text] ?? text;
    if (Object.hasOwn(OBJECTS, name)) return reference(name);
    if (!ts.isUnionTypeNode(node))
      throw new Error(`${property} has the type ${text}, which no schema can have`);
    const members = node.types.filter(({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword);
    const values = members.flatMap((each) => literalOf(each) ?? []);
    if (values.length === members.length) return closedEnum(property, values);
    const schemas = members.map((each) => schemaOfType(each, property));
    return schemas.length === 1 ? { ...schemas[0] } : { oneOf: schemas };
  }

  /** Adds a type with exactly these values. Attributes have more operators than tags, which distinguishes the two types. */
  function closedEnum(property: string, values: readonly string[]): Schema {
    const owner = property === "operator" ? (values.length > 2 ? "Attribute" : "Tag") : "";
    const name = `${owner}${property.slice(0, 1).toUpperCase()}${property.slice(1)}`;
    enums[tokenOf(name)] = {
      type: "string",
      enum: values.map((value) => ({ name: identifierOf(value), value })),
    };
    return reference(name);
  }

  function openEnum(name: string): Schema {
    const union = typeOf(name);
    const literals = (union.isUnion() ? union.types : []).filter((each) => each.isStringLiteral());
    return {
      type: "string",
      description: textOf(symbolOf(name)),
      enum: literals.map(({ value }) => ({ name: identifierOf(value), value })),
    };
  }

  function textOf(symbol: ts.Symbol): string {
    return ts
      .displayPartsToString(symbol.getDocumentationComment(checker))
      .replace(/\{@link\s+([^}|\s]+)[^}]*\}/g, "`$1`")
      .replaceAll("ibmcloud:", `${PACKAGE}:`);
  }

  function describe(symbol: ts.Symbol): string {
    const tag = symbol.getJsDocTags(checker).find(({ name }) => name === "default");
    const value = ts.displayPartsToString(tag?.text ?? []).replaceAll("ibmcloud:", `${PACKAGE}:`);
    return [textOf(symbol), tag && `Default: ${value}.`].filter(Boolean).join(" ");
  }
}

function tokenOf(name: string): string {
  return `${PACKAGE}:index:${name}`;
}

function reference(name: string): Schema {
  return { $ref: `#/types/${tokenOf(name)}` };
}

/** Returns the type in `pulumi.Input<…>` and the like. A schema has only plain types. */
function withoutInputs(node: ts.TypeNode): ts.TypeNode {
  if (!ts.isTypeReferenceNode(node) || !WRAPPERS.includes(node.typeName.getText())) return node;
  const [inner] = node.typeArguments ?? [];
  return inner ? withoutInputs(inner) : node;
}

function literalOf(node: ts.TypeNode): string | undefined {
  return ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal) ? node.literal.text : undefined;
}

/** Returns a value as an identifier: `CloudObjectStorage` for `cloud-object-storage`. */
function identifierOf(value: string): string {
  return value
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join("");
}

function declarationOf({ declarations = [] }: ts.Symbol) {
  return declarations.find((each) => ts.isPropertySignature(each) || ts.isPropertyDeclaration(each));
}

function isOptional(symbol: ts.Symbol): boolean {
  return (symbol.flags & ts.SymbolFlags.Optional) !== 0;
}

/** Returns the text of the schema file. */
export async function schemaText(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
  return `${JSON.stringify(packageSchema(version), undefined, 2)}\n`;
}

if (require.main === module) void schemaText().then((text) => writeFile(SCHEMA_FILE, text));
