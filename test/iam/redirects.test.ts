import { expect } from "chai";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { startIamEmulator } from "../../src/emulator";
import { openIam } from "../../src/iam";
import { openResources } from "../../src/iam/resources";
import type { Settings } from "../../src/iam/types";
import { closing } from "../support/opened";
import { failure } from "../support/provider";

/** @returns the URL of a server for this test */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  closing({
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  });
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Credentials of an emulator, and an endpoint that hands tokens on, unless it is to redirect these too, and redirects all else. */
async function startRedirecting(isRedirected: (path: string) => boolean) {
  const iam = closing(await startIamEmulator());
  const seen: string[] = [];
  const elsewhere = await serve((request, response) => {
    seen.push(request.url ?? "");
    response.end("{}");
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    const body = await text(request);
    if (isRedirected(path)) {
      response.writeHead(307, { Location: elsewhere + path }).end();
      return;
    }
    const headers = { "Content-Type": request.headers["content-type"] ?? "" };
    const got = await fetch(iam.url + path, { method: "POST", headers, body });
    response.writeHead(got.status, { "Content-Type": "application/json" }).end(await got.text());
  }
  const url = await serve((request, response) => void answer(request, response));
  const config: Record<string, string> = {
    "ibmcloud:apiKey": iam.apiKey,
    "ibmcloud:iamEndpoint": url,
    "ibmcloud:resourceControllerEndpoint": url,
  };
  return { settings: { config: (key: string) => config[key], env: {} }, seen };
}

const ofPolicies = (path: string) => path.startsWith("/v2");

const CASES: [
  what: string,
  isRedirected: (path: string) => boolean,
  ask: (settings: Settings) => Promise<unknown>,
][] = [
  ["API key", () => true, (settings) => openIam(settings).getPolicy("p")],
  ["token to read", ofPolicies, (settings) => openIam(settings).getPolicy("p")],
  ["token to write", ofPolicies, (settings) => openIam(settings).deletePolicy("p")],
  ["token to look up", ofPolicies, (settings) => openResources(settings).instances()],
];

describe("a redirect in IBM's place", () => {
  for (const [what, isRedirected, ask] of CASES) {
    it(`is followed with no ${what}, and said`, async () => {
      const { settings, seen } = await startRedirecting(isRedirected);
      const { message } = await failure(ask(settings));
      expect(message).to.match(/\(307\).*The response is not from (IAM|Resource Controller): check proxies/);
      expect(seen).to.deep.equal([]);
    });
  }
});
