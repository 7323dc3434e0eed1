import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { plainCredentialIn, stackSettings } from "../src/plain-credentials";
import { closing } from "./support/opened";

const settings = (credentials: string) => `config:\n  ibmcloud:credentials:\n${credentials}`;
const secure = "        secure: AAABAEj0\n";

const FOUND: [title: string, text: string, path: string | undefined][] = [
  ["all secret", settings(`    ONE:\n      apikey:\n${secure}`), undefined],
  ["one in the clear", settings(`    ONE:\n      apikey: k3y\n`), "ONE.apikey"],
  [
    "one in the clear beside a secret one",
    settings(`    ONE:\n      apikey:\n${secure}    TWO:\n      clientSecret: hush\n`),
    "TWO.clientSecret",
  ],
  ["in a list", settings(`    ONE:\n      - bearerToken: hush\n`), "ONE.0.bearerToken"],
  ["a number", settings(`    ONE:\n      apikey: 12345\n`), "ONE.apikey"],
  ["what may be seen", settings(`    ONE:\n      iamProfileId: p\n      apikey:\n${secure}`), undefined],
  ["all of it one secret", "config:\n  ibmcloud:credentials:\n    secure: AAAB\n", undefined],
  ["no credentials", "config:\n  ibmcloud:apiKey: k\n", undefined],
  ["nothing", "", undefined],
  ["no YAML", "a: [", undefined],
];

describe("a stack's settings file", () => {
  for (const [title, text, path] of FOUND) {
    it(`tells which credential is in the clear: ${title}`, () => {
      expect(plainCredentialIn(text)).to.equal(path);
    });
  }

  it("is found beside Pulumi.yaml, from a folder below it, or where stackConfigDir says", () => {
    const project = mkdtempSync(join(tmpdir(), "project-"));
    closing({ close: () => rm(project, { recursive: true }) });
    mkdirSync(join(project, "src"));
    mkdirSync(join(project, "stacks"));
    writeFileSync(join(project, "Pulumi.yaml"), "name: p\n");
    writeFileSync(join(project, "Pulumi.dev.yaml"), "here");
    writeFileSync(join(project, "stacks", "Pulumi.dev.yaml"), "there");
    expect(stackSettings("dev", project)).to.equal("here");
    expect(stackSettings("dev", join(project, "src"))).to.equal("here");
    expect(stackSettings("other", project)).to.equal(undefined);
    writeFileSync(join(project, "Pulumi.yaml"), "name: p\nstackConfigDir: stacks\n");
    expect(stackSettings("dev", project)).to.equal("there");
  });
});
