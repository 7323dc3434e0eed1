import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { createAuthenticator } from "../../src/iam/authenticators";
import { openIam } from "../../src/iam";
import type { Properties } from "../../src/iam/credential-properties";
import { ROOT } from "../support/engine";
import { closing } from "../support/opened";
import { failure } from "../support/provider";

const PROFILE = { id: "Profile-1", name: "ci", iamId: "iam-Profile-1", crToken: "compute resource token" };
const ACCOUNT = {
  id: "1".repeat(32),
  apiKeys: ["key"],
  iamId: "iam-ServiceId-1",
  profiles: [PROFILE],
};

/** The token of a VPC instance itself: "a signed token with a set of claims" (IBM's docs on identity operations). */
const INSTANCE_TOKEN = `e30.${Buffer.from('{"sub":"instance"}').toString("base64url")}.signature`;

/** Starts the metadata service of a VPC instance, which exchanges the instance's own token for one of IAM. */
async function startMetadataService(iam: IamEmulator): Promise<string> {
  const server = createServer((request, response) => {
    const isIdentity = request.method === "PUT";
    if (!isIdentity && request.headers.authorization !== `Bearer ${INSTANCE_TOKEN}`) {
      response.writeHead(401).end();
      return;
    }
    const access_token = isIdentity ? INSTANCE_TOKEN : iam.token("key");
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ access_token, expires_in: 3600 }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing({
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function tokenFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cr-token-"));
  closing({ close: () => rm(folder, { recursive: true }) });
  const path = join(folder, "token");
  await writeFile(path, PROFILE.crToken);
  return path;
}

/** For each authentication type, its properties and the user that its tokens are for. */
const TYPES: Record<
  string,
  { properties: (iam: IamEmulator) => Properties | Promise<Properties>; user: string }
> = {
  iam: { properties: () => ({ apikey: "key" }), user: ACCOUNT.iamId },
  iamAssume: { properties: () => ({ apikey: "key", iamProfileId: PROFILE.id }), user: PROFILE.iamId },
  container: {
    properties: async () => ({ crTokenFilename: await tokenFile(), iamProfileName: PROFILE.name }),
    user: PROFILE.iamId,
  },
  vpc: {
    properties: async (iam) => ({ authUrl: await startMetadataService(iam) }),
    user: ACCOUNT.iamId,
  },
  bearerToken: { properties: (iam) => ({ bearerToken: iam.token("key") }), user: ACCOUNT.iamId },
};

describe("an authentication type", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    iam = closing(await startIamEmulator({ accounts: [ACCOUNT] }));
  });

  for (const [authType, { properties, user }] of Object.entries(TYPES)) {
    it(`authenticates calls to IAM: ${authType}`, async () => {
      const credentials = { own: { ...(await properties(iam)), authType } };
      const config: Record<string, string> = {
        "ibmcloud:iamEndpoint": iam.url,
        "ibmcloud:credentials": JSON.stringify(credentials),
      };
      const opened = openIam({ config: (key) => config[key], env: {} }, "own");
      expect(await opened.identity()).to.include({ accountId: ACCOUNT.id, iamId: user });
      expect(await opened.offeredRoles({ source: "event-notifications", target: "kms" })).to.not.be.empty;
    });
  }

  for (const page of ["configuration", "troubleshooting"]) {
    it(`is named in docs/${page}.md`, async () => {
      const text = await readFile(join(ROOT, "docs", `${page}.md`), "utf8");
      for (const type of Object.keys(TYPES)) expect(text).to.include(`\`${type}\``);
    });
  }

  it("is tested above, whichever type it is", async () => {
    const create = () => createAuthenticator({ authType: "none" }, (key) => key);
    const { message } = await failure(Promise.resolve().then(create));
    expect(message).to.include(`use one of ${Object.keys(TYPES).join(", ")}`);
  });
});
