import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { emulatorEnv, runCli } from "../support/cli";
import { goldenSections } from "../support/golden";
import { closing } from "../support/opened";
import { seededAccount } from "../support/seeded-account";

const match = goldenSections("one authorization", ["show", "roles"]);
const withoutTimes = (text: string) => text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>");

describe("pulumi-ibm-en-authorization show, restore and roles", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    iam = closing(await startIamEmulator(seededAccount(22)));
  });
  const run = (...args: string[]) => runCli(args, emulatorEnv(iam));

  it("shows an authorization by the start of its id", async () => {
    match("show", withoutTimes((await run("show", "00000006")).output));
    const { output } = await run("show", "00000006", "--output=json");
    expect(JSON.parse(output)).to.have.nested.property("names.0123456789abcdef0123456789abcdef");
  });

  it("refuses an id that matches no authorization, or several", async () => {
    expect(await run("show", "000000")).to.deep.include({ output: "", exitCode: 2 });
    expect((await run("show", "000000")).error).to.include("20 ids start with 000000");
    expect((await run("show", "ffffffff")).error).to.include("no authorization");
  });

  it("restores a deleted authorization", async () => {
    const { error, exitCode } = await run("restore", "00000010");
    expect(exitCode).to.equal(0);
    expect(error).to.include("Restored 00000010-");
    expect(iam.policies().map(({ id }) => id.slice(0, 8))).to.include("00000010");
    expect((await run("restore", "00000010")).error).to.include("no deleted authorization");
  });

  it("restores nothing if IAM refuses", async () => {
    iam.inject({ operation: "updatePolicyState", status: 412 });
    const { error, exitCode } = await run("restore", "00000010");
    expect(exitCode).to.equal(2);
    expect(error).to.include("412");
    expect(iam.policies().map(({ id }) => id.slice(0, 8))).to.not.include("00000010");
  });

  it("lists the roles of a pair, with those that IBM documents", async () => {
    const { output, error } = await run("roles", "event-notifications", "kms");
    match("roles", output);
    expect(error).to.include("IBM documents Reader");
    const { output: json } = await run("roles", "event-notifications", "kms", "--output=json");
    expect(JSON.parse(json)).to.deep.include({
      role: "Reader",
      documented: true,
      crn: "crn:v1:bluemix:public:iam::::serviceRole:Reader",
    });
    expect((await run("roles", "logs", "event-notifications")).error).to.include("documents no roles");
  });
});
