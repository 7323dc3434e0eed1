import { expect } from "chai";
import { RESOURCE_TYPES, ROLE_NAMES, SERVICE_NAMES } from "../src/known-names";
import { golden } from "./support/golden";
import { startEditor, type Editor } from "./support/language-service";

const SOURCE = `source: { serviceInstance: "*" }`;
const TARGET = `target: { serviceName: "kms", serviceInstance: "*" }`;
const declared = (args: string) => `new EnAuthorization("a", { ${args} });`;
const target = (properties: string) => declared(`${SOURCE}, target: { ${properties} }`);
const source = (properties: string) => declared(`source: { ${properties} }, ${TARGET}`);

/** A program for each hover. `▮` is the cursor. */
const HOVERS: Record<string, string> = {
  "new EnAuthorization": `new En▮Authorization("a", { ${SOURCE}, ${TARGET} });`,
  "EnAuthorization.get": `EnAuthorization.ge▮t("a", "id");`,
  "the argument source": declared(`so▮${SOURCE.slice(2)}, ${TARGET}`),
  "the argument target": declared(`${SOURCE}, ta▮${TARGET.slice(2)}`),
  "the argument adopt": declared(`${SOURCE}, ${TARGET}, ado▮pt: true`),
  serviceInstance: target(`serviceName: "kms", serviceIn▮stance: "*"`),
  "a stored target": `declare const made: EnAuthorization;\nmade.tar▮get;`,
};

const COMPLETIONS: Record<string, string> = {
  arguments: declared("▮"),
  "the properties of a source": declared(`source: { ▮ }, ${TARGET}`),
  "the properties of a target": target("▮"),
  "service names": target(`serviceName: "▮", serviceInstance: "*"`),
  "types of resources": target(`serviceName: "kms", serviceInstance: "*", resourceType: "▮"`),
  roles: declared(`${SOURCE}, ${TARGET}, roles: ["▮"]`),
  operators: target(
    `serviceName: "kms", serviceInstance: "*", attributes: [{ key: "a", operator: "▮", value: "b" }]`,
  ),
  "operators of a tag": target(
    `serviceName: "kms", serviceInstance: "*", tags: [{ key: "a", operator: "▮", value: "b" }]`,
  ),
};

/** The names whose text is shown beside the completions. */
const DETAILS: Record<string, string> = {
  serviceInstance: target("▮"),
  crn: source("▮"),
};

const ERRORS: Record<string, string> = {
  "a mistyped property of a target": target(`serviceName: "kms", serviceInstnce: "*"`),
  "a mistyped property of a source": source(`serviceInstnce: "*"`),
  "a mistyped property beside an instance": target(
    `serviceName: "kms", serviceInstance: "*", resourceTyp: "key"`,
  ),
  "a mistyped property beside a crn": target(`crn: "crn:v1:", regio: "us-south"`),
  "a mistyped argument": declared(`${SOURCE}, ${TARGET}, rolse: ["Reader"]`),
  "a mistyped property of an attribute": target(
    `serviceName: "kms", serviceInstance: "*", attributes: [{ key: "a", opertor: "stringMatch", value: "b" }]`,
  ),
  "a mistyped property of settle": declared(`${SOURCE}, ${TARGET}, settle: { afterCreat: 5 }`),
  "an empty source": source(""),
  "an empty target": target(""),
  "a target without a service": target(`serviceInstance: "*"`),
  "a target without a breadth": target(`serviceName: "kms"`),
  "a source without a breadth": source(`serviceName: "event-notifications"`),
  "an instance that may be undefined": target(`serviceName: "kms", serviceInstance: process.env["KMS"]`),
  "an instance with a resource group": target(
    `serviceName: "kms", serviceInstance: "*", resourceGroupId: "*"`,
  ),
  "a crn with a service": target(`crn: "crn:v1:", serviceName: "kms"`),
  "a crn with an instance": source(`crn: "crn:v1:", serviceInstance: "*"`),
  "an unknown operator": target(
    `serviceName: "kms", serviceInstance: "*", attributes: [{ key: "a", operator: "equals", value: "b" }]`,
  ),
  "an attribute without a value": target(`serviceName: "kms", attributes: [{ key: "serviceInstance" }]`),
  "a number for a string": target(`serviceName: "kms", serviceInstance: 5`),
};

/** Statements that compile. */
const VALID = `
declare const text: string;
declare const output: pulumi.Output<string>;
declare const side: AuthorizationTarget;
declare const from: AuthorizationSource;
declare const args: EnAuthorizationArgs;
declare const made: EnAuthorization;
const source = { serviceInstance: "*" };
const target = { serviceName: text, serviceInstance: text };
new EnAuthorization("variables without types", { source, target });
new EnAuthorization("variables", { source: from, target: side });
new EnAuthorization("arguments", args);
new EnAuthorization("a spread of arguments", { ...args, target: side });
new EnAuthorization("spreads", { source: { ...from, region: text }, target: { ...target, region: output } });
new EnAuthorization("a choice", { source, target: { serviceName: "kms", ...(text ? { serviceInstance: text } : { resourceGroupId: text }) } });
new EnAuthorization("computed strings", { source: { resourceGroupId: text, serviceName: text }, target: { serviceName: text, serviceInstance: text, resourceType: text }, roles: [text, "Reader"] });
new EnAuthorization("outputs of strings", { source: { crn: output }, target: { serviceName: output, serviceInstance: Promise.resolve(text), resourceType: output }, roles: [output] });
new EnAuthorization("outputs of sides", { source: pulumi.output(from), target: pulumi.output(side) });
new EnAuthorization("promises of sides", { source: Promise.resolve(from), target: Promise.resolve(side) });
new EnAuthorization("outputs of lists", { source, target: { serviceName: "kms", attributes: output.apply((id) => [{ key: "serviceInstance", value: id }]) }, roles: output.apply((role) => [role]) });
new EnAuthorization("a computed side", { source, target: output.apply((id) => ({ serviceName: "kms", serviceInstance: id })) });
new EnAuthorization("outputs of another", { source: made.source, target: made.target, roles: made.roles });
new EnAuthorization("attributes", { source: { attributes: [{ key: "resourceGroupId", operator: "stringExists", value: true }] }, target: { crn: text, tags: [{ key: "env", value: output }] }, settle: pulumi.output({ afterCreate: 5 }) });
`;

describe("an editor with the package's types", function () {
  this.timeout(120_000);
  let editor: Editor;
  const answers: string[] = [];

  before(() => {
    editor = startEditor();
    const detailsOf = (program: string, name: string) => editor.detailsOf(name, program);
    const sections: [string, Record<string, string>, (program: string, title: string) => string][] = [
      ["hover on", HOVERS, (program) => editor.hover(program)],
      ["completions of", COMPLETIONS, (program) => editor.completions(program).join(", ")],
      ["text beside the completion", DETAILS, detailsOf],
      ["error of", ERRORS, (program) => editor.errors(program).join("\n")],
    ];
    for (const [kind, programs, ask] of sections)
      for (const [title, program] of Object.entries(programs))
        answers.push(`== ${kind} ${title}\n${program}\n\n${ask(program, title)}\n`);
  });

  golden("answers of an editor", () => answers.join("\n"));

  it("is asked 36 times", () => {
    expect(answers).to.have.length(36);
  });

  it("accepts variables, spreads, Outputs and Promises at every level", () => {
    expect(editor.errors(VALID)).to.deep.equal([]);
  });

  it("shows the class's text and example on new EnAuthorization", () => {
    expect(editor.hover(HOVERS["new EnAuthorization"] ?? ""))
      .to.include("An IAM service-to-service authorization")
      .and.include("@example")
      .and.not.include("overload");
  });

  it("completes the known names", () => {
    const names = (title: string) => editor.completions(COMPLETIONS[title] ?? "");
    expect(names("service names")).to.have.members([...SERVICE_NAMES]);
    expect(names("roles")).to.have.members([...ROLE_NAMES]);
    expect(names("types of resources")).to.have.members([...RESOURCE_TYPES]);
    expect(names("the properties of a target")).to.include.members(["crn", "serviceInstance", "tags"]);
  });

  it("shows a property's text beside its completion", () => {
    expect(editor.detailsOf("serviceInstance", DETAILS["serviceInstance"] ?? "")).to.match(
      /^The GUID or CRN/,
    );
  });

  it("reports each mistake once", () => {
    for (const [title, program] of Object.entries(ERRORS))
      expect(editor.errors(program), title).to.have.length(1);
  });

  const MESSAGES: Record<string, RegExp> = {
    "a mistyped property of a target": /AuthorizationTarget>'\. Did you mean to write 'serviceInstance'\?$/,
    "a mistyped property of a source": /AuthorizationSource>'\. Did you mean to write 'serviceInstance'\?$/,
    "a mistyped property of an attribute": /Did you mean to write 'operator'\?$/,
    "an empty source": /'serviceInstance' is missing/,
    "an empty target": /missing the following properties from type 'TargetOfInstance': .*serviceInstance/,
    "a target without a breadth": /AuthorizationTarget>'\.\s+Property 'serviceInstance' is missing/,
    "a source without a breadth": /AuthorizationSource>'\.\s+Property 'serviceInstance' is missing/,
    "an instance with a resource group": /'resourceGroupId' are incompatible.*\s.*'Excluded'/,
    "a crn with a service": /'serviceName' are incompatible.*\s.*'Excluded'/,
    "an unknown operator": /"stringEquals" \| "stringExists"/,
  };
  for (const [title, message] of Object.entries(MESSAGES)) {
    it(`explains ${title}`, () => {
      const [error] = editor.errors(ERRORS[title] ?? "");
      expect(error).to.match(message).and.not.match(/Pick</);
    });
  }
});
