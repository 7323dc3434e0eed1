import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { SECRET_KEYS } from "../src/iam/credential-properties";
import { plainCredentialIn, stackSettings } from "../src/plain-credentials";
import { closing } from "./support/opened";

const settings = (credentials: string) => `config:\n  ibmcloud:credentials:\n${credentials}`;
const secure = "        secure: AAABAEj0\n";

const SETTINGS: [title: string, text: string, path: string | undefined][] = [
  ["a secret", settings(`    ONE:\n      apikey:\n${secure}`), undefined],
  ["an API key", settings(`    ONE:\n      apikey: k3y\n`), "ibmcloud:credentials.ONE.apikey"],
  [
    "a client secret after a secret API key",
    settings(`    ONE:\n      apikey:\n${secure}    TWO:\n      clientSecret: hush\n`),
    "ibmcloud:credentials.TWO.clientSecret",
  ],
  [
    "a token in a list",
    settings(`    ONE:\n      - bearerToken: hush\n`),
    "ibmcloud:credentials.ONE[0].bearerToken",
  ],
  ["a number as API key", settings(`    ONE:\n      apikey: 12345\n`), "ibmcloud:credentials.ONE.apikey"],
  [
    "a profile's id beside a secret",
    settings(`    ONE:\n      iamProfileId: p\n      apikey:\n${secure}`),
    undefined,
  ],
  ["one secret for everything", "config:\n  ibmcloud:credentials:\n    secure: AAAB\n", undefined],
  ["one secret for a name", settings("    ONE:\n      secure: AAAB\n"), undefined],
  [
    "an object as API key",
    settings(`    ONE:\n      apikey:\n        value: k3y\n`),
    "ibmcloud:credentials.ONE.apikey.value",
  ],
  [
    "a secret with another property beside it",
    settings(`    ONE:\n      apikey:\n${secure}        old: k3y\n`),
    "ibmcloud:credentials.ONE.apikey.secure",
  ],
  [
    "credentials named secure",
    settings("    secure:\n      apikey: k3y\n"),
    "ibmcloud:credentials.secure.apikey",
  ],
  ["a string in place of an object", settings("    ONE: k3y\n"), "ibmcloud:credentials.ONE"],
  [
    "a name that needs quotes",
    settings("    a.b:\n      API_KEY: k3y\n"),
    'ibmcloud:credentials["a.b"].API_KEY',
  ],
  [
    "an API key from a merge key",
    `shared: &shared\n  apikey: k3y\n${settings("    ONE:\n      <<: *shared\n")}`,
    "ibmcloud:credentials.ONE.apikey",
  ],
  ["a profile under the name apikey", settings("    apikey:\n      iamProfileId: p\n"), undefined],
  ["no credentials", "config:\n  ibmcloud:apiKey: k\n", undefined],
  ["an empty file", "", undefined],
  ["invalid YAML", "a: [", undefined],
];

describe("plainCredentialIn", () => {
  for (const [title, text, path] of SETTINGS) {
    it(`returns ${path ?? "undefined"} for ${title}`, () => {
      expect(plainCredentialIn(text)).to.equal(path);
    });
  }
});

describe("plainCredentialIn, for each secret property of credentials", () => {
  for (const key of SECRET_KEYS) {
    it(`finds ${key}`, () => {
      const settings = `config:\n  ibmcloud:credentials:\n    PARTNER:\n      ${key}: plain\n      iamProfileId:\n        secure: v1\n`;
      expect(plainCredentialIn(settings)).to.equal(`ibmcloud:credentials.PARTNER.${key}`);
    });
  }
});

describe("stackSettings", () => {
  /** Creates a project with a file of the given name, and with the folders `src` and `stacks`. */
  function project(fileName: string, text: string): string {
    const folder = mkdtempSync(join(tmpdir(), "project-"));
    closing({ close: () => rm(folder, { recursive: true }) });
    for (const each of ["src", "stacks"]) mkdirSync(join(folder, each));
    writeFileSync(join(folder, fileName), text);
    return folder;
  }

  it("finds the file next to Pulumi.yaml, from that folder or a folder in it", () => {
    const folder = project("Pulumi.yaml", "name: p\n");
    writeFileSync(join(folder, "Pulumi.dev.yaml"), "here");
    expect(stackSettings("dev", "p", folder)).to.equal("here");
    expect(stackSettings("dev", "p", join(folder, "src"))).to.equal("here");
    expect(stackSettings("other", "p", folder)).to.equal(undefined);
  });

  for (const setting of ["stackConfigDir", "config"]) {
    it(`finds the file in the folder that ${setting} sets`, () => {
      const folder = project("Pulumi.yaml", `name: p\n${setting}: stacks\n`);
      writeFileSync(join(folder, "stacks", "Pulumi.dev.yaml"), "there");
      expect(stackSettings("dev", "p", folder)).to.equal("there");
    });
  }

  for (const [name, text] of [
    ["Pulumi.yml", "name: p\n"],
    ["Pulumi.json", '{"name":"p"}'],
  ] as const) {
    it(`finds a file with the same extension as ${name}`, () => {
      const folder = project(name, text);
      writeFileSync(join(folder, name.replace(".", ".dev.")), "here");
      expect(stackSettings("dev", "p", folder)).to.equal("here");
    });
  }

  it("returns undefined for an unreadable file, another project or no project", () => {
    const folder = project("Pulumi.yaml", "name: p\n");
    mkdirSync(join(folder, "Pulumi.dev.yaml"));
    expect(stackSettings("dev", "p", folder)).to.equal(undefined);
    writeFileSync(join(folder, "Pulumi.prod.yaml"), "here");
    expect(stackSettings("prod", "q", folder)).to.equal(undefined);
    expect(stackSettings("prod", "p", "/")).to.equal(undefined);
  });
});
