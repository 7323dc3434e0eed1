import { realpathSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import ts from "typescript";
import { ROOT } from "../support/engine";

// The compiler uses real paths.
const HERE = realpathSync(ROOT);
const ARGS = join(HERE, "src", "args.ts");

/** Returns the compiler's errors in the provider after a change of `args.ts`. */
function diagnosticsWith(change: (text: string) => string): string[] {
  const config = ts.readConfigFile(join(HERE, "tsconfig.build.json"), (path) => ts.sys.readFile(path))
    .config as object;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, HERE);
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (path, version, ...more) =>
    path === ARGS
      ? ts.createSourceFile(path, change(ts.sys.readFile(path) ?? ""), version)
      : read(path, version, ...more);
  const files = ["policy-mapping.ts", "check/schema.ts", "diff.ts"].map((name) =>
    join(HERE, "src", "provider", name),
  );
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

describe("the build with changed arguments", function () {
  this.timeout(60_000);

  it("has no errors with the current arguments", () => {
    expect(diagnosticsWith((text) => text)).to.deep.equal([]);
  });

  it("fails if a side has a property without a mapping", () => {
    const zone = "interface AuthorizationSide {\n  zone?: pulumi.Input<string>;";
    const errors = diagnosticsWith((text) => text.replace("interface AuthorizationSide {", zone));
    expect(errors.join("\n"))
      .to.match(/policy-mapping\.ts: .*zone/)
      .and.match(/schema\.ts: .*zone/);
  });

  it("fails if an argument has no diff and no schema", () => {
    const force = "export interface EnAuthorizationArgs {\n  force?: pulumi.Input<boolean>;";
    const errors = diagnosticsWith((text) => text.replace("export interface EnAuthorizationArgs {", force));
    expect(errors.join("\n"))
      .to.match(/diff\.ts: .*force/)
      .and.match(/schema\.ts: .*force/);
  });
});
