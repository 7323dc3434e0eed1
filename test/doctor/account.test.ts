import { expect } from "chai";
import { checkAccount } from "../../src/doctor/account";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { emulatorEnv } from "../support/cli";
import { closing } from "../support/opened";

describe("the checks of the account", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    iam = closing(await startIamEmulator());
  });

  async function check(name: string, env: Record<string, string> = {}, credentials?: string) {
    const timeouts = { firstDelay: 10, longestDelay: 20, retryTimeout: 300 };
    const settings = { config: () => undefined, env: { ...emulatorEnv(iam), ...env }, timeouts };
    return (await checkAccount(settings, credentials)).find((each) => each.name === name);
  }

  it("name a permission only if it is missing", async () => {
    const name = "may read authorizations";
    iam.inject({ operation: "listV2Policies", status: 403 });
    expect(await check(name)).to.include({
      status: "failed",
      remedy: "Give the credentials Viewer on IAM, or Viewer on the services",
    });
    iam.inject({ operation: "listV2Policies", status: 503, times: Infinity });
    const unavailable = await check(name);
    expect(unavailable).to.include({ status: "failed" }).and.not.have.property("remedy");
    expect(unavailable?.detail).to.include("try again later");
    // Resource Controller answers 404, which means that the endpoint is wrong.
    iam.inject({ operation: "listResourceInstances", status: 404, times: Infinity });
    expect(await check("may read instances"))
      .to.include({ status: "failed" })
      .and.not.have.property("remedy");
  });

  it("blame the credentials only if the token service refuses them", async () => {
    expect(await check("credentials", { IC_API_KEY: "wrong" })).to.include({
      status: "failed",
      remedy: "Check IC_API_KEY",
    });
    iam.inject({ operation: "token", status: 503, times: Infinity });
    const unavailable = await check("credentials");
    expect(unavailable).to.include({ status: "failed" }).and.not.have.property("remedy");
    expect(unavailable?.detail).to.include("try again later");
  });

  it("have the endpoint in the remedy if IAM doesn't answer", async () => {
    const url = "http://127.0.0.1:9";
    const found = await check("credentials", { IBMCLOUD_IAM_API_ENDPOINT: url });
    expect(found?.remedy).to.include(url);
  });

  it("name the variable of the credentials that are missing", async () => {
    const unset = { IC_API_KEY: "" };
    expect((await check("credentials", unset))?.remedy).to.include("IC_API_KEY");
    const named = await check("credentials", unset, "OTHER");
    expect(named).to.not.have.property("remedy");
    expect(named?.detail).to.include("OTHER_APIKEY");
  });

  it("have no other remedy if a setting is invalid", async () => {
    const found = await check("credentials", { IBMCLOUD_IAM_API_ENDPOINT: "not a URL" });
    expect(found).to.include({ status: "failed" }).and.not.have.property("remedy");
  });
});
