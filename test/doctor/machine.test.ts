import { expect } from "chai";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkMachine } from "../../src/doctor/machine";
import { temporaryFolder } from "../support/temporary";

/** Returns the check with a name, in a folder with these files. */
function check(name: string, files: Record<string, string> = {}, node?: string) {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return checkMachine(folder, node).find((each) => each.name === name);
}

const SDK = "node_modules/@pulumi/pulumi/package.json";
const sdk = (version: string) => ({ [SDK]: JSON.stringify({ name: "@pulumi/pulumi", version }) });

describe("the checks of the machine", () => {
  it("need Node.js 20", () => {
    expect(check("Node.js", {}, "v20.0.0")).to.include({ status: "ok" });
    expect(check("Node.js", {}, "v18.20.1")).to.include({ status: "failed" });
  });

  it("need the Pulumi CLI, in a version that the package supports", () => {
    const path = process.env["PATH"];
    const withCli = (script?: string) => {
      const folder = temporaryFolder();
      if (script !== undefined) {
        writeFileSync(join(folder, "pulumi"), `#!/bin/sh\n${script}\n`);
        chmodSync(join(folder, "pulumi"), 0o755);
      }
      process.env["PATH"] = folder;
      return check("Pulumi CLI");
    };
    try {
      expect(withCli("echo v3.250.0")).to.deep.include({ status: "ok", detail: "v3.250.0" });
      expect(withCli("echo v3.99.0")).to.include({ status: "failed" });
      expect(withCli("exit 1")).to.include({ status: "warning" });
      expect(withCli()).to.include({ status: "warning" });
    } finally {
      process.env["PATH"] = path;
    }
  });

  it("find the SDK of the project, its version, and a second copy", () => {
    expect(check("@pulumi/pulumi")).to.include({ status: "skipped" });
    expect(check("@pulumi/pulumi", sdk("3.250.0"))).to.include({ status: "ok", detail: "3.250.0" });
    expect(check("@pulumi/pulumi", sdk("3.100.0"))).to.include({ status: "failed" });
    expect(check("copies of the SDK", sdk("3.250.0"))).to.include({ status: "warning" });
    expect(checkMachine(process.cwd()).map(({ name }) => name)).to.not.include("copies of the SDK");
  });

  it("find the project and its language", () => {
    expect(check("project")).to.include({ status: "skipped" });
    expect(check("project", { "Pulumi.yaml": "name: x\nruntime: nodejs\n" })).to.include({ status: "ok" });
    const json = '{\n\t"name": "x",\n\t"runtime": "nodejs"\n}\n';
    expect(check("project", { "Pulumi.json": json })).to.include({ status: "ok" });
    const detailed = "name: x\nruntime:\n  name: nodejs\n";
    expect(check("project", { "Pulumi.yaml": detailed })).to.include({ status: "ok" });
    expect(check("project", { "Pulumi.yaml": "name: x\nruntime: python\n" })).to.include({
      status: "warning",
    });
    for (const broken of ["name: x\n", "a: [", ""])
      expect(check("project", { "Pulumi.yaml": broken }), broken).to.include({ status: "failed" });
  });

  it("find the project of a folder in it, as Pulumi does", () => {
    const project = temporaryFolder();
    writeFileSync(join(project, "Pulumi.yml"), "name: x\nruntime: nodejs\n");
    const folder = join(project, "infra", "src");
    mkdirSync(folder, { recursive: true });
    const found = checkMachine(folder).find(({ name }) => name === "project");
    expect(found).to.deep.include({
      status: "ok",
      detail: `${join(project, "Pulumi.yml")}, runtime nodejs`,
    });
  });
});
