import ResourceControllerV2 from "@ibm-cloud/platform-services/resource-controller/v2";
import { expect } from "chai";
import { IamAuthenticator } from "ibm-cloud-sdk-core";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { connect, describeEmulator } from "../support/iam-target";
import { closing } from "../support/opened";

/** Names in the order in which they are put in. */
function named(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `instance-${at}`);
}

describeEmulator("a list of instances", () => {
  let iam: IamEmulator;
  let client: ResourceControllerV2;
  beforeEach(async () => {
    iam = closing(await startIamEmulator());
    const authenticator = new IamAuthenticator({ apikey: iam.apiKey, url: iam.url });
    client = new ResourceControllerV2({ authenticator, serviceUrl: iam.url });
  });

  function addKeys(count: number): string[] {
    const names = named(count);
    iam.addInstances(names.map((name) => ({ name, serviceName: "kms" })));
    return names;
  }

  it("is cut into pages of the limit, which IBM's pager puts together", async () => {
    const names = addKeys(5);
    const pager = new ResourceControllerV2.ResourceInstancesPager(client, { limit: 2 });
    const pages = [];
    while (pager.hasNext()) pages.push((await pager.getNext()).map(({ name }) => name));
    expect(pages).to.deep.equal([names.slice(0, 2), names.slice(2, 4), names.slice(4)]);
  });

  it("has 100 on a page without a limit", async () => {
    const names = addKeys(101);
    const { result } = await client.listResourceInstances({});
    expect(result.rows_count).to.equal(100);
    expect(result.next_url).to.match(/^\/v2\/resource_instances\?limit=100&start=/);
    const start = new URL(result.next_url, iam.url).searchParams.get("start") ?? "";
    const rest = await client.listResourceInstances({ start });
    expect(rest.result.resources.map(({ name }) => name)).to.deep.equal(names.slice(100));
    expect(rest.result.next_url).to.equal(null);
  });

  it("goes on by its page token alone, whatever else is asked", async () => {
    const names = addKeys(4);
    iam.addInstances([{ name: "other", serviceName: "logs" }]);
    const { result } = await client.listResourceInstances({ limit: 3 });
    const start = new URL(result.next_url, iam.url).searchParams.get("start") ?? "";
    const next = await client.listResourceInstances({ start, limit: 1, name: "nobody" });
    expect(next.result.resources.map(({ name }) => name)).to.deep.equal([...names.slice(3), "other"]);
  });

  const REFUSED = [
    "limit=0",
    "limit=101",
    "limit=x",
    "start=x",
    `start=${Buffer.from("null").toString("base64url")}`,
    `start=${Buffer.from('{"from":-1,"query":{}}').toString("base64url")}`,
    `start=${Buffer.from('{"from":0,"query":[]}').toString("base64url")}`,
  ];
  for (const query of REFUSED) {
    it(`refuses ${query} with 400`, async () => {
      const { status, body } = await connect(iam).send("GET", `/v2/resource_instances?${query}`);
      expect([status, (body as { error_code: string }).error_code]).to.deep.equal([400, "RC-InvalidRequest"]);
    });
  }
});
