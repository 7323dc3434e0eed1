import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startIamEmulator, type IamEmulator, type IamEmulatorOptions } from "../../src/emulator";
import { connect, describeEmulator } from "../support/iam-target";
import { COS, EN, GROUP, OTHER_ACCOUNT } from "../support/inputs";
import { closing } from "../support/opened";
import { temporaryFolder } from "../support/temporary";
import { WHAT_EXISTS } from "../support/what-exists";
import { errorIn, failure, inShort } from "./answers";
import { bucketBody, granting, WRITER } from "./bodies";
import { policyWriter } from "./policy-writer";

const DAY = 24 * 60 * 60 * 1000;

async function start(dataFile: string, options: IamEmulatorOptions = {}): Promise<IamEmulator> {
  return closing(await startIamEmulator({ ...options, dataFile }));
}

/** Returns everything that a client can read, with ETags, and without the port. */
async function everything(iam: IamEmulator): Promise<object> {
  const { send } = connect(iam);
  const paths = [
    `/v2/policies?account_id=${iam.accountId}`,
    `/v2/policies?account_id=${iam.accountId}&state=deleted`,
    ...iam.policies({ state: "all" }).map(({ id }) => `/v2/policies/${id}`),
    "/v2/resource_instances",
    "/v2/resource_groups",
  ];
  const answers = [];
  for (const path of paths) {
    const { status, body, headers } = await send("GET", path);
    answers.push({ path, status, etag: headers["etag"], body: JSON.stringify(body).replaceAll(iam.url, "") });
  }
  return answers;
}

describeEmulator("dataFile", () => {
  let path: string;
  beforeEach(() => {
    path = join(temporaryFolder(), "iam.json");
  });

  it("keeps policies, their ETags and times, instances and resource groups for the next start", async () => {
    const first = await start(path, {
      instances: [{ name: "events", serviceName: "event-notifications", guid: EN }],
      resourceGroups: [{ name: "production", id: GROUP }],
      seed: Object.values(WHAT_EXISTS),
    });
    const { make, replace, client } = policyWriter(first, bucketBody(first.accountId));
    const [one, other] = [await make(), await make(bucketBody(first.accountId))];
    await replace(one.id, one.etag, { control: granting(WRITER) });
    await client.deleteV2Policy({ id: other.id });
    first.addInstances([{ name: "archive", serviceName: "cloud-object-storage", guid: COS }]);
    const before = await everything(first);
    await first.close();

    const second = await start(path);
    expect(second.url).not.to.equal(first.url);
    expect(await everything(second)).to.deep.equal(before);
    expect(second.policies()[0]?.href).to.include(second.url);
    await policyWriter(second, bucketBody(second.accountId)).restore(other.id);
    expect(second.policies()).to.have.length(Object.keys(WHAT_EXISTS).length + 2);
  });

  it("keeps accounts, API keys and trusted profiles", async () => {
    const profiles = [{ id: "Profile-1", name: "ci", iamId: "iam-Profile-1", crToken: "cr" }];
    const accounts = [
      {
        id: OTHER_ACCOUNT,
        apiKeys: ["mine", { apiKey: "ours", iamId: "IBMid-1" }],
        iamId: "iam-1",
        profiles,
      },
    ] as const;
    await (await start(path, { accounts })).close();
    const iam = await start(path);
    expect(iam).to.include({ accountId: OTHER_ACCOUNT, apiKey: "mine" });
    const { send } = connect(iam);
    const grant = {
      grant_type: "urn:ibm:params:oauth:grant-type:cr-token",
      cr_token: "cr",
      profile_id: "Profile-1",
    };
    const token = () =>
      send("POST", "/identity/token", {
        body: new URLSearchParams(grant).toString(),
        headers: { authorization: "" },
      });
    expect((await token()).status).to.equal(200);
    expect(iam.token("ours")).to.match(/./);
  });

  it("ignores the options' accounts and seeds once it has data", async () => {
    await (await start(path, { seed: Object.values(WHAT_EXISTS) })).close();
    const iam = await start(path, {
      accounts: [{ id: OTHER_ACCOUNT, apiKeys: ["other"], iamId: "iam-2" }],
      seed: [WHAT_EXISTS["bucket"] as never],
      instances: [{ name: "events", serviceName: "event-notifications" }],
    });
    expect(iam.policies()).to.have.length(Object.keys(WHAT_EXISTS).length);
    expect(iam.accountId).not.to.equal(OTHER_ACCOUNT);
    expect(await connect(iam).send("GET", "/v2/resource_instances")).to.have.nested.property(
      "body.rows_count",
      0,
    );
  });

  it("drops a deleted policy after ten days", async () => {
    const deletedAt = (age: number) =>
      ({ state: "deleted", last_modified_at: new Date(Date.now() - age).toISOString() }) as const;
    const [one, other, active] = ["bucket", "wide", "tagged"].map((name) => WHAT_EXISTS[name]) as [
      never,
      never,
      never,
    ];
    const seed = [
      { ...(one as object), ...deletedAt(10 * DAY + 60_000) },
      { ...(other as object), ...deletedAt(10 * DAY - 60_000) },
      active,
    ] as never;
    await (await start(path, { seed })).close();
    const ids = (await start(path)).policies({ state: "all" }).map(({ id }) => id);
    expect(ids).to.deep.equal([WHAT_EXISTS["wide"]?.id, WHAT_EXISTS["tagged"]?.id]);
  });

  it("is empty after reset()", async () => {
    const first = await start(path, { seed: Object.values(WHAT_EXISTS) });
    first.reset();
    await first.close();
    expect((await start(path)).policies({ state: "all" })).to.deep.equal([]);
  });

  it("is written before the response, and not by a refused call", async () => {
    const iam = await start(path);
    const { make, client } = policyWriter(iam, bucketBody(iam.accountId));
    const { id } = await make();
    const written = readFileSync(path, "utf8");
    expect(written).to.include(id);
    await failure(make());
    expect(readFileSync(path, "utf8")).to.equal(written);
    await client.deleteV2Policy({ id });
    expect(readFileSync(path, "utf8")).to.include('"state":"deleted"');
  });

  it("makes a call fail without effect if it cannot be written", async () => {
    const folder = join(temporaryFolder(), "data");
    mkdirSync(folder);
    const iam = await start(join(folder, "iam.json"));
    const { send } = connect(iam);
    const existing = await policyWriter(iam, bucketBody(iam.accountId)).make();
    const policies = iam.policies();
    rmSync(folder, { recursive: true });
    const created = await send("POST", "/v2/policies", { json: bucketBody(iam.accountId) });
    expect(inShort(created)).to.equal("500 request_not_processed");
    expect(errorIn(created).message).to.include("iam.json");
    expect(inShort(await send("DELETE", `/v2/policies/${existing.id}`))).to.equal(
      "500 request_not_processed",
    );
    expect(iam.policies()).to.deep.equal(policies);
  });

  it("can be a symbolic link, which stays one", async () => {
    const link = join(temporaryFolder(), "link.json");
    await (await start(path)).close();
    symlinkSync(path, link);
    const first = await start(link);
    first.seed([WHAT_EXISTS["bucket"] as never]);
    expect(lstatSync(link).isSymbolicLink()).to.equal(true);
    expect(readFileSync(path, "utf8")).to.include(String(WHAT_EXISTS["bucket"]?.id));
  });

  it("leaves no other file behind", async () => {
    await (await start(path)).close();
    expect([existsSync(`${path}.lock`), existsSync(`${path}.tmp`)]).to.deep.equal([false, false]);
  });

  it("ignores a half-written temporary file", async () => {
    await (await start(path, { seed: Object.values(WHAT_EXISTS) })).close();
    writeFileSync(`${path}.tmp`, readFileSync(path, "utf8").slice(0, 1000));
    expect((await start(path)).policies()).to.have.length(Object.keys(WHAT_EXISTS).length);
  });

  describe("that is damaged", () => {
    const valid = {
      version: 1,
      accounts: [{ id: "1", iamId: "iam-1", apiKeys: ["k"] }],
      policies: [],
      instances: [],
      resourceGroups: [],
    };
    const DAMAGED: [what: string, text: string, problem: RegExp][] = [
      ["is empty", "", /JSON/],
      ["is cut", JSON.stringify(valid).slice(0, -10), /JSON/],
      ["is a list", "[]", /the content must be an object$/],
      ["has another version", JSON.stringify({ ...valid, version: 2 }), /version must be 1$/],
      ["has no accounts", JSON.stringify({ ...valid, accounts: [] }), /accounts must have at least 1 item$/],
      [
        "has a policy without an id",
        JSON.stringify({
          ...valid,
          policies: [{ accountId: "1", revision: 1, policy: { ...WHAT_EXISTS["bucket"], id: undefined } }],
        }),
        /policies\[0\]\.policy\.id is required$/,
      ],
      [
        "has a revision that is a string",
        JSON.stringify({
          ...valid,
          policies: [
            {
              accountId: "1",
              revision: "1",
              policy: { ...WHAT_EXISTS["bucket"], href: "", state: "active", last_modified_at: "" },
            },
          ],
        }),
        /policies\[0\]\.revision must be a number$/,
      ],
      [
        "has an instance without a CRN",
        JSON.stringify({ ...valid, instances: [{ id: "x" }] }),
        /instances\[0\]\.\w+ is required$/,
      ],
    ];
    for (const [what, text, problem] of DAMAGED) {
      it(`is refused and left alone if it ${what}`, async () => {
        writeFileSync(path, text);
        const { message } = await failure(startIamEmulator({ dataFile: path }));
        expect(message).to.match(problem).and.to.include(path);
        expect(readFileSync(path, "utf8")).to.equal(text);
        expect(existsSync(`${path}.lock`)).to.equal(false);
      });
    }
  });

  describe("that is in use", () => {
    it("is refused by another emulator of the same process", async () => {
      const first = await start(path);
      expect((await failure(start(path))).message).to.include(`in use by process ${process.pid}`);
      await first.close();
      await start(path);
    });

    it("is refused while another process has it open, and accepted after that process has ended", async () => {
      const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
      closing({ close: () => Promise.resolve(void other.kill("SIGKILL")) });
      writeFileSync(`${path}.lock`, `${other.pid} 1`);
      expect((await failure(start(path))).message).to.include(`in use by process ${other.pid}`);
      other.kill("SIGKILL");
      await once(other, "exit");
      await start(path);
    });

    it("is not held by an earlier process with the same id, as after the restart of a container", async () => {
      writeFileSync(`${path}.lock`, `${process.pid} 1`);
      await start(path);
    });

    it("is not held by a lock file that names no process", async () => {
      writeFileSync(`${path}.lock`, "");
      await start(path);
    });

    it("is not written any more after another emulator took it over", async () => {
      const first = await start(path);
      rmSync(`${path}.lock`);
      const second = await start(path);
      writeFileSync(`${path}.lock`, "1 1");
      const before = readFileSync(path, "utf8");
      const answer = await connect(first).send("POST", "/v2/policies", { json: bucketBody(first.accountId) });
      expect(errorIn(answer).message).to.include("another emulator");
      expect(readFileSync(path, "utf8")).to.equal(before);
      await second.close();
    });

    it("is released if the emulator cannot start", async () => {
      const { url } = closing(await startIamEmulator());
      const port = Number(new URL(url).port);
      expect(await failure(start(path, { port }))).to.include({ code: "EADDRINUSE" });
      await start(path);
    });
  });
});
