import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { mkdtempSync, writeFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { EnAuthorization } from "../src";
import { bucketArgs } from "./support/inputs";
import { closing } from "./support/opened";

interface Registered {
  type: string;
  name: string;
  id?: string;
  inputs: Record<string, unknown>;
}

const registered: Registered[] = [];

async function resolved<Value>(output: pulumi.Output<Value>): Promise<Value> {
  return new Promise((resolve) => output.apply(resolve));
}

/** Evaluates a provider's script as Pulumi does, for a program in the folder `cwd`. */
function evaluated(text: string, cwd: string): { handler: () => unknown } {
  const exports = { handler: (): unknown => undefined };
  runInNewContext(text, { exports, require: createRequire(__filename), process: { cwd: () => cwd } });
  return exports;
}

describe("EnAuthorization", () => {
  before(async () => {
    await pulumi.runtime.setMocks({
      newResource: ({ type, name, id, inputs }) => {
        registered.push({ type, name, id, inputs: inputs as Record<string, unknown> });
        return {
          id: id === undefined || id === "" ? `${name}-id` : id,
          state: { ...(inputs as object), state: "active" },
        };
      },
      call: ({ inputs }) => inputs as Record<string, unknown>,
    });
  });

  it("has the type that the state of every release holds", async () => {
    const made = new EnAuthorization("made", bucketArgs());
    expect(await resolved(made.urn)).to.match(/::pulumi-nodejs:dynamic\/ibm:EnAuthorization::made$/);
    expect(await resolved(made.id)).to.equal("made-id");
    expect(await resolved(made.state)).to.equal("active");
    expect(await resolved(made.target)).to.deep.include(bucketArgs().target);
  });

  it("keeps a short constant script in state, which loads the installed package", async () => {
    const texts = ["one", "two"].map((name) => new EnAuthorization(name, bucketArgs()));
    await Promise.all(texts.map((each) => resolved(each.urn)));
    const [one, two] = registered.filter(({ name }) => name === "one" || name === "two");
    const text = String(one?.inputs["__provider"]);
    expect(two?.inputs["__provider"]).to.equal(text);
    expect(text.length).to.be.below(300);
    expect(evaluated(text, process.cwd()).handler()).to.include.keys(
      "configure",
      "check",
      "diff",
      "create",
      "read",
      "update",
      "delete",
    );
  });

  it("names the package and the folder if the package is not installed", () => {
    const text = String(registered[0]?.inputs["__provider"]);
    expect(() => evaluated(text, "/").handler()).to.throw(
      /^run npm install pulumi-ibm-en-authorization in \/: /,
    );
  });

  it("reads by id, without arguments", async () => {
    const read = EnAuthorization.get("read", "policy-1");
    expect(await resolved(read.id)).to.equal("policy-1");
    expect(registered.find(({ name }) => name === "read")?.inputs).to.have.all.keys("__provider");
  });

  it("reads with named credentials", async () => {
    const read = EnAuthorization.get("partners", "policy-2", { credentials: "PARTNER" });
    expect(await resolved(read.id)).to.equal("policy-2");
    expect(registered.find(({ name }) => name === "partners")?.inputs).to.deep.include({
      credentials: "PARTNER",
    });
  });

  it("shows the code of examples/basic as its example", async () => {
    const root = join(__dirname, "..");
    const source = await readFile(join(root, "src", "en-authorization.ts"), "utf8");
    const [, documented = ""] = /@example\n([^]*?)\n \*\//.exec(source) ?? [];
    const example = await readFile(join(root, "examples", "basic", "index.ts"), "utf8");
    expect(`${documented.replace(/^ \* ?/gm, "")}\n`).to.equal(example);
  });

  it("refuses to read an empty or undefined id", () => {
    for (const id of ["", undefined]) {
      expect(() => EnAuthorization.get("nothing", id as string)).to.throw(
        /"nothing".*policyId.*\[invalid-argument\]$/,
      );
    }
  });

  it("refuses a plain-text API key in the stack's configuration", () => {
    const key = { "ibmcloud:apiKey": "k3y" };
    const declare = () => new EnAuthorization("declared", bucketArgs());
    pulumi.runtime.setAllConfig(key, []);
    expect(declare)
      .to.throw(/pulumi config set --secret ibmcloud:apiKey \[invalid-configuration\]$/)
      .and.not.to.match(/k3y/);
    pulumi.runtime.setAllConfig(key, Object.keys(key));
    expect(declare).not.to.throw();
    pulumi.runtime.setAllConfig({}, []);
  });

  describe("with ibmcloud:credentials", () => {
    const home = process.cwd();
    const declare = () => new EnAuthorization("with-credentials", bucketArgs());
    let folder: string;

    /** Writes the stack's settings file, with one secret and the given second API key. */
    const writeSettings = (apikey: string) =>
      writeFileSync(
        join(folder, `Pulumi.${pulumi.getStack()}.yaml`),
        `config:\n  ibmcloud:credentials:\n    ONE:\n      apikey:\n        secure: AAAB\n    TWO:\n      apikey: ${apikey}\n`,
      );

    beforeEach(async () => {
      // Start a new run.
      await pulumi.runtime.setMocks({
        newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs as object }),
        call: ({ inputs }) => inputs as Record<string, unknown>,
      });
      folder = mkdtempSync(join(tmpdir(), "project-"));
      closing({ close: () => rm(folder, { recursive: true }) });
      writeFileSync(join(folder, "Pulumi.yaml"), `name: ${pulumi.getProject()}\n`);
      const credentials = '{"ONE":{"apikey":"one"},"TWO":{"apikey":"k3y"}}';
      pulumi.runtime.setAllConfig({ "ibmcloud:credentials": credentials }, ["ibmcloud:credentials"]);
      process.chdir(folder);
    });
    afterEach(() => {
      process.chdir(home);
      pulumi.runtime.setAllConfig({}, []);
    });

    it("refuses a plain-text credential beside a secret one", () => {
      writeSettings("k3y");
      expect(declare)
        .to.throw(
          /pulumi config set --secret --path ibmcloud:credentials\.TWO\.apikey \[invalid-configuration\]$/,
        )
        .and.not.to.match(/k3y/);
    });

    it("reads the stack's settings file once per run", () => {
      writeSettings("{ secure: AAAB }");
      expect(declare).not.to.throw();
      writeSettings("k3y");
      expect(declare).not.to.throw();
    });
  });
});
