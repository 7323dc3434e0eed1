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
  ["one in the clear", settings(`    ONE:\n      apikey: k3y\n`), "ibmcloud:credentials.ONE.apikey"],
  [
    "one in the clear beside a secret one",
    settings(`    ONE:\n      apikey:\n${secure}    TWO:\n      clientSecret: hush\n`),
    "ibmcloud:credentials.TWO.clientSecret",
  ],
  ["in a list", settings(`    ONE:\n      - bearerToken: hush\n`), "ibmcloud:credentials.ONE[0].bearerToken"],
  ["a number", settings(`    ONE:\n      apikey: 12345\n`), "ibmcloud:credentials.ONE.apikey"],
  ["what may be seen", settings(`    ONE:\n      iamProfileId: p\n      apikey:\n${secure}`), undefined],
  ["all of it one secret", "config:\n  ibmcloud:credentials:\n    secure: AAAB\n", undefined],
  ["all of one secret", settings("    ONE:\n      secure: AAAB\n"), undefined],
  [
    "part of a credential",
    settings(`    ONE:\n      apikey:\n        value: k3y\n`),
    "ibmcloud:credentials.ONE.apikey.value",
  ],
  [
    "beside a property named secure",
    settings(`    ONE:\n      apikey:\n${secure}        old: k3y\n`),
    "ibmcloud:credentials.ONE.apikey.secure",
  ],
  ["of the name secure", settings("    secure:\n      apikey: k3y\n"), "ibmcloud:credentials.secure.apikey"],
  ["where an object must stand", settings("    ONE: k3y\n"), "ibmcloud:credentials.ONE"],
  [
    "of a name that needs quotes",
    settings("    a.b:\n      API_KEY: k3y\n"),
    'ibmcloud:credentials["a.b"].API_KEY',
  ],
  [
    "by a merge key",
    `shared: &shared\n  apikey: k3y\n${settings("    ONE:\n      <<: *shared\n")}`,
    "ibmcloud:credentials.ONE.apikey",
  ],
  ["a profile named apikey", settings("    apikey:\n      iamProfileId: p\n"), undefined],
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

  /** A project with a folder for the program and one for settings. */
  function project(name: string, settings: string): string {
    const folder = mkdtempSync(join(tmpdir(), "project-"));
    closing({ close: () => rm(folder, { recursive: true }) });
    for (const each of ["src", "stacks"]) mkdirSync(join(folder, each));
    writeFileSync(join(folder, name), settings);
    return folder;
  }

  it("is found beside Pulumi.yaml, from its folder and from one below it", () => {
    const folder = project("Pulumi.yaml", "name: p\n");
    writeFileSync(join(folder, "Pulumi.dev.yaml"), "here");
    expect(stackSettings("dev", "p", folder)).to.equal("here");
    expect(stackSettings("dev", "p", join(folder, "src"))).to.equal("here");
    expect(stackSettings("other", "p", folder)).to.equal(undefined);
  });

  for (const setting of ["stackConfigDir", "config"]) {
    it(`is found in the folder that ${setting} names`, () => {
      const folder = project("Pulumi.yaml", `name: p\n${setting}: stacks\n`);
      writeFileSync(join(folder, "stacks", "Pulumi.dev.yaml"), "there");
      expect(stackSettings("dev", "p", folder)).to.equal("there");
    });
  }

  it("ends as the project's file does", () => {
    for (const [name, text] of [
      ["Pulumi.yml", "name: p\n"],
      ["Pulumi.json", '{"name":"p"}'],
    ] as const) {
      const folder = project(name, text);
      writeFileSync(join(folder, name.replace(".", ".dev.")), text);
      expect(stackSettings("dev", "p", folder), name).to.equal(text);
    }
  });

  it("of another project, or one that can't be read, counts for nothing", () => {
    const folder = project("Pulumi.yaml", "name: p\n");
    mkdirSync(join(folder, "Pulumi.dev.yaml"));
    expect(stackSettings("dev", "p", folder)).to.equal(undefined);
    writeFileSync(join(folder, "Pulumi.prod.yaml"), "here");
    expect(stackSettings("prod", "q", folder)).to.equal(undefined);
    expect(stackSettings("prod", "p", "/")).to.equal(undefined);
  });
});
