import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import {
  getAuthorizations,
  getAuthorizationsOutput,
  getResourceGroup,
  getResourceGroupOutput,
  getServiceInstance,
  getServiceInstanceOutput,
} from "../../src";
import { ACCOUNT, COS, crn, EN, GROUP } from "../support/inputs";
import { failure } from "../support/provider";

interface MockedCall {
  token: string;
  inputs: unknown;
}

/** Sets mocks that return `result` for each call. @returns the calls so far */
async function setMocks(result: object): Promise<MockedCall[]> {
  const calls: MockedCall[] = [];
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }),
    call: ({ token, inputs }) => {
      calls.push({ token, inputs });
      return result;
    },
  });
  return calls;
}

async function resolved<Value>(output: pulumi.Output<Value>): Promise<Value> {
  return new Promise((resolve) => output.apply(resolve));
}

describe("lookups under Pulumi's mocks", () => {
  const archive = { guid: COS, crn: crn("cloud-object-storage", COS) };
  const held = [
    { id: "1", source: { serviceName: "kms", accountId: ACCOUNT }, target: {}, roles: ["Reader"] },
  ];

  it("ask mocks.call for a service instance, which has the arguments as properties", async () => {
    const args = { name: "archive", serviceName: "cloud-object-storage", region: "global" };
    for (const lookUp of [
      () => getServiceInstance({ ...args, credentials: "PARTNER" }),
      () => resolved(getServiceInstanceOutput({ ...args, credentials: pulumi.output("PARTNER") })),
    ]) {
      const calls = await setMocks(archive);
      expect(await lookUp()).to.deep.equal({ ...args, ...archive });
      expect(calls).to.deep.equal([
        {
          token: "ibm-en-authorization:index:getServiceInstance",
          inputs: { ...args, credentials: "PARTNER" },
        },
      ]);
    }
  });

  it("leave out arguments that a real result doesn't have", async () => {
    await setMocks(archive);
    const args = { name: "archive", color: "red" };
    expect(await getServiceInstance(args)).to.deep.equal({ name: "archive", ...archive });
  });

  it("ask mocks.call for a resource group", async () => {
    for (const lookUp of [
      () => getResourceGroup({ name: "production" }),
      () => resolved(getResourceGroupOutput({ name: "production" })),
    ]) {
      const calls = await setMocks({ id: GROUP });
      expect(await lookUp()).to.deep.equal({ name: "production", id: GROUP });
      expect(calls).to.deep.equal([
        { token: "ibm-en-authorization:index:getResourceGroup", inputs: { name: "production" } },
      ]);
    }
  });

  it("ask mocks.call for authorizations", async () => {
    const args = { source: { serviceName: "kms" } };
    for (const lookUp of [() => getAuthorizations(args), () => resolved(getAuthorizationsOutput(args))]) {
      const calls = await setMocks({ authorizations: held });
      expect(await lookUp()).to.deep.equal(held);
      expect(calls).to.deep.equal([{ token: "ibm-en-authorization:index:getAuthorizations", inputs: args }]);
    }
    await setMocks({ authorizations: [] });
    expect(await getAuthorizations()).to.deep.equal([]);
  });

  const INCOMPLETE: [what: string, lookUp: () => Promise<unknown>, result: object, missing: RegExp][] = [
    ["no guid", () => getServiceInstance({ name: "archive" }), { name: "archive" }, /no guid and no crn/],
    ["no id", () => getResourceGroup({ name: "production" }), {}, /no id and no crn/],
    ["no list", () => getAuthorizations(), {}, /no authorizations/],
  ];
  for (const [what, lookUp, result, missing] of INCOMPLETE) {
    it(`refuse a result with ${what}`, async () => {
      await setMocks(result);
      const { message, cause } = await failure(lookUp());
      expect(message)
        .to.match(missing)
        .and.to.match(/^Cannot look up .* token ibm-en-authorization:index:get/);
      expect(cause).to.include({ code: "invalid-argument" });
    });
  }

  it("fail if mocks.call fails", async () => {
    await pulumi.runtime.setMocks({
      newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }),
      call: ({ token }) => {
        throw new Error(`no mock for ${token}`);
      },
    });
    const { message } = await failure(getServiceInstance({ name: "events" }));
    expect(message).to.match(/^Cannot look up the service instance "events": no mock for ibm-en-/);
  });

  it("refuse mistaken arguments without asking mocks.call", async () => {
    const calls = await setMocks({ guid: EN, authorizations: [] });
    expect((await failure(getServiceInstance({ name: "" }))).message).to.include("[invalid-argument]");
    const filter = { service: "kms" } as object;
    expect((await failure(getAuthorizations({ target: filter }))).message).to.include("target.service");
    expect(calls).to.deep.equal([]);
  });

  it("are secret if an argument is", async () => {
    await setMocks(archive);
    const found = getServiceInstanceOutput({ name: pulumi.secret("archive") });
    expect(await resolved(found.guid)).to.equal(COS);
    expect(await pulumi.isSecret(found)).to.equal(true);
  });
});
