import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as ts from "typescript";
import { CONFIG_KEYS } from "../../src/iam/config";
import { exportedTypes } from "../docs/exported-types";
import { CONFIG, LANGUAGES, META, PACKAGE } from "./package";

const ROOT = join(__dirname, "..", "..");

/** The file that this script writes. */
export const SCHEMA_FILE = join(ROOT, "schema.json");

type Schema = Record<string, unknown>;

/** An object type of the schema, and the TypeScript types that have its properties. */
const OBJECTS: Record<string, { text: string; of: readonly string[]; optional?: readonly string[] }> = {
  // A schema can't express alternative objects, so each side has the properties of all its variants.
  AuthorizationSource: {
    text: "AuthorizationSource",
    of: ["SourceProperties", "AuthorizationCrn"],
    optional: ["crn"],
  },
  AuthorizationTarget: {
    text: "AuthorizationTarget",
    of: ["TargetProperties", "AuthorizationCrn"],
    optional: ["crn", "serviceName"],
  },
  StoredSource: { text: "AuthorizationSource", of: ["SourceProperties"] },
  StoredTarget: { text: "AuthorizationTarget", of: ["TargetProperties"] },
  AuthorizationAttribute: { text: "AuthorizationAttribute", of: ["AuthorizationAttribute"] },
  AuthorizationTag: { text: "AuthorizationTag", of: ["AuthorizationTag"] },
  AuthorizationSettle: { text: "AuthorizationSettle", of: ["AuthorizationSettle"] },
  AuthorizationFilter: { text: "AuthorizationFilter", of: ["AuthorizationFilter"] },
  Authorization: { text: "Authorization", of: ["Authorization"] },
};

/** Types whose values the schema suggests. Any other string is accepted too. */
const OPEN_ENUMS = ["ServiceName", "Role", "ResourceType"];

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
      Object.entries(OBJECTS).map(([name, { text, of, optional }]) => [
        tokenOf(name),
        { type: "object", description: textOf(symbolOf(text)), ...propertiesOf(of, optional) },
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

  function propertiesOf(names: readonly string[], optional: readonly string[] = []) {
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
        .filter((each) => !isOptional(each) && !optional.includes(each.name))
        .map(({ name }) => name),
    };
  }

  function schemaOf(symbol: ts.Symbol): Schema {
    const node = declarationOf(symbol)?.type;
    if (node === undefined) throw new Error(`${symbol.name} has no type that the schema can have`);
    return typeOfText(withoutInputs(node.getText()).replace(/\s+/g, " ").trim(), symbol.name);
  }

  function typeOfText(text: string, property: string): Schema {
    if (["string", "number", "boolean"].includes(text)) return { type: text };
    if (OPEN_ENUMS.includes(text)) return { oneOf: [{ type: "string" }, reference(text)] };
    if (text.endsWith("[]")) return { type: "array", items: typeOfText(text.slice(0, -2), property) };
    const stored = /^SourceProperties & |^TargetProperties & /.exec(text);
    if (stored) return reference(text.startsWith("Source") ? "StoredSource" : "StoredTarget");
    if (Object.hasOwn(OBJECTS, text)) return reference(text);
    const parts = text.split(" | ").filter((each) => each !== "undefined");
    if (parts.every((each) => each.startsWith('"')))
      return closedEnum(
        property,
        parts.map((each) => each.slice(1, -1)),
      );
    if (parts.length === 1 && parts[0] !== text) return typeOfText(parts[0] ?? "", property);
    if (parts.length === 1)
      throw new Error(`${property} has the type ${text}, which the schema doesn't have`);
    return { oneOf: parts.map((each) => typeOfText(each, property)) };
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

function withoutInputs(text: string): string {
  let before: string;
  do {
    before = text;
    text = text.replace(
      /\b(?:pulumi\.(?:Input|Output|Unwrap)|ObjectInput|SideInput)<((?:[^<>]|<[^<>]*>)*)>/g,
      "$1",
    );
  } while (text !== before);
  return text;
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
