import { expect } from "chai";
import { readFileSync } from "node:fs";
import { SCHEMA_FILE, schemaText } from "../../scripts/schema/schema";
import { CONFIG_KEYS } from "../../src/iam/config";
import { RESOURCE_TYPES, ROLE_NAMES, SERVICE_NAMES } from "../../src/known-names";
import { SCOPE_ATTRIBUTES } from "../../src/shared/policy-fields";

interface Property {
  description?: string;
  secret?: boolean;
  $ref?: string;
  items?: Property;
  oneOf?: Property[];
}
interface ObjectType {
  description?: string;
  properties?: Record<string, Property>;
  required?: string[];
  enum?: { name: string; value: string }[];
}
interface Schema {
  types: Record<string, ObjectType>;
  resources: Record<
    string,
    ObjectType & { inputProperties: Record<string, Property>; requiredInputs: string[] }
  >;
  functions: Record<string, { inputs: ObjectType; outputs: ObjectType }>;
  config: { variables: Record<string, Property> };
  provider: { inputProperties: Record<string, Property> };
}

const schema = JSON.parse(readFileSync(SCHEMA_FILE, "utf8")) as Schema;
const token = (name: string) => `ibm-en-authorization:index:${name}`;
const type = (name: string) => schema.types[token(name)] ?? {};

describe("the schema of the packaged provider", function () {
  this.timeout(60_000);

  it("is generated from the types: npx tsx scripts/schema/schema.ts", async () => {
    expect(await schemaText()).to.equal(readFileSync(SCHEMA_FILE, "utf8"));
  });

  it("has each argument, and requires the same ones", () => {
    const resource = schema.resources[token("EnAuthorization")];
    expect(Object.keys(resource?.inputProperties ?? {})).to.have.members([
      "source",
      "target",
      "roles",
      "description",
      "adopt",
      "settle",
      "credentials",
    ]);
    expect(resource?.requiredInputs).to.deep.equal(["source", "target"]);
    for (const side of ["AuthorizationSource", "AuthorizationTarget"])
      expect(Object.keys(type(side).properties ?? {})).to.include.members([
        ...SCOPE_ATTRIBUTES,
        "attributes",
        "crn",
      ]);
    expect(type("AuthorizationTarget").properties).to.have.property("tags");
    expect(type("AuthorizationSource").properties).not.to.have.property("tags");
  });

  it("suggests the names that the editor suggests, and accepts others", () => {
    const values = (name: string) => type(name).enum?.map(({ value }) => value);
    expect(values("ServiceName")).to.have.members([...SERVICE_NAMES]);
    expect(values("Role")).to.have.members([...ROLE_NAMES]);
    expect(values("ResourceType")).to.have.members([...RESOURCE_TYPES]);
    expect(type("AuthorizationTarget").properties?.["serviceName"]?.oneOf).to.deep.equal([
      { type: "string" },
      { $ref: `#/types/${token("ServiceName")}` },
    ]);
    for (const { enum: values = [] } of Object.values(schema.types))
      for (const { name } of values) expect(name).to.match(/^[A-Z][A-Za-z0-9]*$/);
  });

  it("accepts each type of an attribute's value, and has the account of a stored side", () => {
    expect(type("AuthorizationAttribute").properties?.["value"]?.oneOf).to.deep.equal([
      { type: "string" },
      { type: "boolean" },
      { type: "array", items: { type: "string" } },
    ]);
    expect(type("StoredSource").required).to.deep.equal(["accountId"]);
    expect(type("StoredTarget").required).to.have.members(["accountId", "serviceName"]);
    expect(type("ListedSource").required).to.deep.equal([]);
    expect(type("ListedTarget").required).to.deep.equal(["serviceName"]);
    expect(type("AuthorizationSource").required).to.deep.equal([]);
  });

  it("has each setting, with credentials as secrets", () => {
    for (const settings of [schema.config.variables, schema.provider.inputProperties]) {
      expect(Object.keys(settings)).to.have.members([...CONFIG_KEYS]);
      const secrets = Object.entries(settings).flatMap(([key, { secret }]) => (secret ? [key] : []));
      expect(secrets).to.have.members(["apiKey", "credentials"]);
    }
  });

  it("describes everything, and refers only to types that it has", () => {
    const check = (path: string, { description, ...property }: Property, isDescribed = true) => {
      if (isDescribed) expect(description, path).to.match(/\S/);
      const { $ref: reference, items, oneOf = [] } = property;
      if (reference !== undefined)
        expect(schema.types, path).to.have.property(reference.replace("#/types/", ""));
      for (const each of [...(items ? [items] : []), ...oneOf]) check(path, each, false);
    };
    const all: [string, ObjectType][] = [
      ...Object.entries(schema.types),
      ...Object.entries(schema.resources),
      ...Object.entries(schema.resources).map(([name, { inputProperties }]): [string, ObjectType] => [
        name,
        { properties: inputProperties },
      ]),
      ...Object.entries(schema.functions).flatMap(([name, { inputs, outputs }]): [string, ObjectType][] => [
        [name, inputs],
        [name, outputs],
      ]),
    ];
    for (const [name, { properties = {} }] of all)
      for (const [key, property] of Object.entries(properties)) check(`${name}.${key}`, property);
    expect(JSON.stringify(schema)).not.to.include("ibmcloud:");
  });
});
