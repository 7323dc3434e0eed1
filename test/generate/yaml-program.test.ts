import { expect } from "chai";
import fc from "fast-check";
import { format } from "prettier";
import { parse } from "yaml";
import { importFile } from "../../src/generate/import-file";
import type { TakenOver } from "../../src/generate/types";
import { yamlProgram } from "../../src/generate/yaml-program";
import { EN } from "../support/inputs";

const ACCOUNT = "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0";

function taken(name: string, description?: string, credentials?: string): TakenOver {
  return {
    name,
    authorization: {
      id: "3fa80000-0000-4000-8000-000000000001",
      source: { accountId: ACCOUNT, serviceName: "event-notifications", serviceInstance: EN },
      target: { accountId: ACCOUNT, serviceName: "kms", serviceInstance: "*" },
      roles: ["Reader"],
      ...(description !== undefined && { description }),
    },
    ...(credentials !== undefined && { credentials }),
  };
}

/** Parses as Pulumi does, whose parser follows YAML 1.1 for scalars. */
function parsed(text: string) {
  const { resources } = parse(text, { version: "1.1" }) as {
    resources: Record<string, { type: string; properties: { description?: unknown }; options: object }>;
  };
  return resources;
}

/** Strings that YAML 1.1 reads as numbers, booleans, null, dates or syntax if they are not quoted. */
const TRICKY = [
  ...["1_000", "yes", "2026-01-01", "null", "~", "0b11", "0x1F", "190:20:30", "1e5", ""],
  ...[
    "- a",
    "# c",
    "a: b",
    "*x",
    "&x",
    "!x",
    " lead",
    "trail ",
    "two\nlines\n",
    "cr\r\nlf",
    "tab\t",
    "\u2028",
  ],
];
const text = fc.oneof(fc.constantFrom(...TRICKY), fc.string({ unit: "grapheme", maxLength: 100 }));

describe("a generated YAML program", () => {
  it("declares a resource of the packaged provider, protected and with its id", () => {
    const resources = parsed(yamlProgram([taken("kms", "for keys", "OTHER"), taken("other")]));
    expect(Object.keys(resources)).to.deep.equal(["kms", "other"]);
    expect(resources["kms"]).to.deep.equal({
      type: "ibm-en-authorization:index:EnAuthorization",
      properties: {
        source: { serviceName: "event-notifications", serviceInstance: EN },
        target: { serviceName: "kms", serviceInstance: "*" },
        roles: ["Reader"],
        description: "for keys",
        adopt: "3fa80000-0000-4000-8000-000000000001",
        credentials: "OTHER",
      },
      options: { protect: true },
    });
  });

  it("keeps each text, and is as prettier formats it, except for the quotes of a text with both kinds", async () => {
    await fc.assert(
      fc.asyncProperty(text, async (description) => {
        const program = yamlProgram([taken("one", description)]);
        expect(parsed(program)["one"]?.properties.description).to.equal(
          description.replaceAll("${", () => "$${"),
        );
        if (description.includes('"') && description.includes("'")) return;
        expect(await format(program, { parser: "yaml" })).to.equal(program);
      }),
    );
  });

  it("escapes what Pulumi would read as a reference", () => {
    const program = yamlProgram([taken("one", "a ${secret} and $${more}")]);
    expect(parsed(program)["one"]?.properties.description).to.equal("a $${secret} and $$${more}");
  });
});

describe("a generated import file", () => {
  it("has type, name and id of each resource", () => {
    expect(JSON.parse(importFile([taken("kms")]))).to.deep.equal({
      resources: [
        {
          type: "ibm-en-authorization:index:EnAuthorization",
          name: "kms",
          id: "3fa80000-0000-4000-8000-000000000001",
        },
      ],
    });
  });
});
