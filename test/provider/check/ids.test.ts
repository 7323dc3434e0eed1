import { expect } from "chai";
import { expectedInstanceId } from "../../../src/emulator/instance-ids";
import { isGroupId, isInstanceId, isListedInstance } from "../../../src/provider/check/ids";
import { UNKNOWN } from "../../../src/provider/values";

const GUID = "1a0ec336-f391-4091-a6fb-5e084a4c56f4";

/** Ids in the shapes of IBM's public pages, and whether Resource Controller is known to list them. */
const IDS: [service: string, id: string, isListed: boolean, page: string][] = [
  ["cloud-object-storage", GUID, true, "account: crn"],
  ["cloud-object-storage", GUID.toUpperCase(), true, "account: crn"],
  ["kms", "e4a29d1a-2ef0-42a6-8fd2-350deb1c647e", true, "vpc: backup_service_vpc_create_policy"],
  ["secrets-manager", "aace9348-39da-4498-b132-e5ab918237f4", true, "vpc: alb-mtls-pool"],
  ["codeengine", "aabbccdd-1234-4321-aaaa-001122334455", true, "account: tagging_resources"],
  ["messagehub", "29caf0e7-120f-4da8-9551-3abf57ebcfc7", true, "EventStreams"],
  ["toolchain", "9bc7232c-25b7-4c82-8df9-2c0250f2b12e", true, "ContinuousDelivery: cd-migrate-region"],
  ["schematics", "9ae7be42-0d59-415c-a6ce-0b662f520a4d", true, "schematics"],
  ["software-defined-storage", "39d8d161-22c4-4b77-a856-f11db5130d7d", true, "cephaas: curl"],
  ["project", "db4da927-80bc-4161-960d-7ce2b5e1be96", false, "cli: projects-cli"],
  ["resource-controller", GUID, false, "account: crn"],
  ["is", "r006-f6fe0eb5-70ac-4d0e-87b7-205f3f6a47a0", false, "vpc: creating-vpc-resources"],
  ["is", "r134-b754e387-8b06-43be-a5ea-909595a50676", false, "vpc: cr-create-route"],
  ["is", "0717-0fbaf561-6390-48a4-bb28-240b20ded36e", false, "vpc: block_storage_vpc_view"],
  ["is", "0717_70aa00c6-65c9-4523-8a43-893c6fa0d87d", false, "vpc: block_storage_vpc_view"],
  ["is", "02h7-1cf20e69-e2ce-400b-b070-0897521e2eb6", false, "vpc: cr-create-route"],
  ["is", GUID, false, "no page shows one, but a GUID is not a name"],
  ["containers-kubernetes", "8042b2a8af6a4a5cbf6dbe09e07311d2", false, "account: crn"],
  ["satellite", "c0rcidjw0s3rf9v8sms0", false, "satellite: get-help"],
];

const NAMES: [service: string, name: string][] = [
  ["cloud-object-storage", "my-cos"],
  ["cloud-object-storage", "my cos"],
  ["cloud-object-storage", `${GUID}-copy`],
  ["cloud-object-storage", ` ${GUID}`],
  ["cloud-object-storage", GUID.replaceAll("-", "")],
  ["cloud-object-storage", "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"],
  ["kms", `r006-${GUID}`],
  ["secrets-manager", "c0rcidjw0s3rf9v8sms0"],
  ["schematics", "us-south.workspace.name.1234abcd"],
  ["is", "my-backup-policy"],
  ["is", "r006-1a0ec336"],
  ["containers-kubernetes", "my-cluster"],
  ["project", "my-project"],
];

describe("the ids of instances", () => {
  for (const [service, id, isListed, page] of IDS) {
    it(`include ${id} of ${service} (${page})`, () => {
      expect(isInstanceId(id, service)).to.equal(true);
      expect(isListedInstance(id, service), "listed").to.equal(isListed);
    });
  }

  for (const [service, name] of NAMES) {
    it(`exclude ${JSON.stringify(name)} of ${service}`, () => {
      expect(isInstanceId(name, service)).to.equal(false);
      expect(isListedInstance(name, service), "listed").to.equal(false);
    });
  }

  it("are those that a seed file of the emulator accepts", () => {
    for (const [service, id] of IDS) expect(expectedInstanceId(id, service), id).to.equal(undefined);
    for (const [service, name] of NAMES)
      expect(expectedInstanceId(name, service), name).to.match(/^a UUID|^the id/);
  });

  it("may have any service's shape while the service is not known, and are then not known to be listed", () => {
    for (const service of [undefined, "*", UNKNOWN]) {
      for (const [, id] of IDS) expect(isInstanceId(id, service), id).to.equal(true);
      expect(isInstanceId("my-cos", service)).to.equal(false);
    }
    expect(isListedInstance(GUID, UNKNOWN)).to.equal(false);
    expect(isListedInstance(GUID, "*")).to.equal(false);
  });
});

describe("the ids of resource groups", () => {
  // Pages of IBM's docs: account: crn, billing; openwhisk: cli_install (a default group of 2018).
  for (const id of [
    "59bcbfa6ea2f006b4ed7094c1a08dcdd",
    "0be5ad401ae913d8ff665d92680664ed",
    "A8A12ACCD63B437BBD6D58FB8B462CA7",
  ]) {
    it(`include ${id}`, () => expect(isGroupId(id)).to.equal(true));
  }
  for (const name of ["production", "default", GUID, "59bcbfa6ea2f006b4ed7094c1a08dcd", "x".repeat(32)]) {
    it(`exclude ${name}`, () => expect(isGroupId(name)).to.equal(false));
  }
});
