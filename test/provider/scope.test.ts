import { join } from "node:path";
import { expect } from "chai";
import * as fc from "fast-check";
import ts from "typescript";
import { normalForm, withAccounts } from "../../src/provider/normal-form";
import { fromPolicy, scopeOf, toPolicy } from "../../src/provider/policy";
import { toAttributes } from "../../src/provider/scope";
import type { HeldPolicy } from "../../src/iam/policy";
import { arbitraryInputs } from "../support/arbitrary-inputs";
import { ROOT } from "../support/engine";
import { ACCOUNT } from "../support/inputs";

const ARGS = join(ROOT, "src", "args.ts");

/** The properties of an interface of `args.ts`, read from its source: nothing of the mapping is used. */
function propertiesOf(name: string): string[] {
  const file = ts.createSourceFile(ARGS, ts.sys.readFile(ARGS) ?? "", ts.ScriptTarget.Latest);
  const found = file.statements.filter(ts.isInterfaceDeclaration).find((each) => each.name.text === name);
  return (found?.members ?? []).map((member) =>
    member.name && ts.isIdentifier(member.name) ? member.name.text : "?",
  );
}

/** What the compiler says of the provider when `args.ts` is another one. */
function diagnosticsWith(change: (text: string) => string): string[] {
  const config = ts.readConfigFile(join(ROOT, "tsconfig.build.json"), (path) => ts.sys.readFile(path))
    .config as object;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (path, version, ...more) =>
    path === ARGS
      ? ts.createSourceFile(path, change(ts.sys.readFile(path) ?? ""), version)
      : read(path, version, ...more);
  const files = ["scope.ts", "schema.ts", "changes.ts"].map((name) => join(ROOT, "src", "provider", name));
  const program = ts.createProgram(files, { ...options, noEmit: true }, host);
  return files.flatMap((path) =>
    program
      .getSemanticDiagnostics(program.getSourceFile(path))
      .map(
        ({ messageText, file }) =>
          `${file?.fileName.split("/").at(-1) ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
      ),
  );
}

describe("the attributes of a scope", () => {
  const sides = ["AuthorizationSide", "AuthorizationSource", "AuthorizationTarget"].flatMap(propertiesOf);
  const single = [...new Set(sides)].filter((name) => !["attributes", "tags"].includes(name));

  it("are as many as the arguments have", () => {
    expect(single).to.have.length.at.least(7).and.not.include("?");
  });

  for (const name of single) {
    it(`get into the policy: ${name}`, () => {
      expect(toAttributes({ [name]: "value" })).to.deep.equal([
        { key: name, operator: "stringEquals", value: "value" },
      ]);
    });
  }

  it("that nothing maps are refused, not dropped", () => {
    const side = { serviceName: "kms", zone: "1" };
    expect(() => toAttributes(side)).to.throw("zone has no attribute in IAM's policies");
  });

  it("all get into the policy, whatever the inputs", () => {
    fc.assert(
      fc.property(arbitraryInputs, (inputs) => {
        const { source, target } = withAccounts(inputs, ACCOUNT);
        const body = toPolicy({ ...inputs, source, target }, []);
        for (const [side, { attributes }] of [
          [source, body.subject],
          [target, body.resource],
        ] as const) {
          const sent = new Map(attributes.map((each) => [each.key, each.value]));
          for (const [key, value] of Object.entries(side)) {
            if (typeof value === "string" && value !== "*") expect(sent.get(key), key).to.equal(value);
          }
          for (const { key, value } of side.attributes ?? []) expect(sent.get(key), key).to.deep.equal(value);
        }
        expect(body.resource.tags?.length ?? 0).to.equal(target.tags?.length ?? 0);
      }),
    );
  });

  it("come back as they were sent", () => {
    fc.assert(
      fc.property(arbitraryInputs, (inputs) => {
        const { source, target } = withAccounts(normalForm(inputs, { accountId: ACCOUNT }), ACCOUNT);
        expect(scopeOf(toPolicy({ ...inputs, source, target }, []))).to.deep.equal({ source, target });
      }),
    );
  });

  describe("make the build fail", function () {
    this.timeout(60_000);

    it("not as they are", () => {
      expect(diagnosticsWith((text) => text)).to.deep.equal([]);
    });

    it("where a side has a property that is not mapped", () => {
      const zone = "interface AuthorizationSide {\n  zone?: pulumi.Input<string>;";
      const found = diagnosticsWith((text) => text.replace("interface AuthorizationSide {", zone));
      expect(found.join("\n"))
        .to.match(/scope\.ts: .*zone/)
        .and.match(/schema\.ts: .*zone/);
    });

    it("where an argument has no meaning and no schema", () => {
      const force = "export interface EnAuthorizationArgs {\n  force?: pulumi.Input<boolean>;";
      const found = diagnosticsWith((text) => text.replace("export interface EnAuthorizationArgs {", force));
      expect(found.join("\n"))
        .to.match(/changes\.ts: .*force/)
        .and.match(/schema\.ts: .*force/);
    });
  });
});

describe("roles with odd ids", () => {
  for (const crn of ["constructor", "__proto__", "toString", ""]) {
    it(`are named by their id: ${JSON.stringify(crn)}`, () => {
      const policy: HeldPolicy = {
        ...{ id: "p", type: "authorization", state: "active", href: "", roleNames: {} },
        subject: { attributes: [] },
        resource: { attributes: [] },
        roleIds: [crn],
      };
      expect(fromPolicy(policy, {}).roles).to.deep.equal([crn]);
    });
  }
});
