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

/** Starts a server for this test and returns its URL. */
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

/** Starts a server that redirects the given paths and forwards the others, which are token requests, to an emulator. */
async function startRedirecting(isRedirected: (path: string) => boolean) {
  const iam = closing(await startIamEmulator());
  const redirected: string[] = [];
  const elsewhere = await serve((request, response) => {
    redirected.push(request.url ?? "");
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
    const forwarded = await fetch(iam.url + path, { method: "POST", headers, body });
    response.writeHead(forwarded.status, { "Content-Type": "application/json" }).end(await forwarded.text());
  }
  const url = await serve((request, response) => void answer(request, response));
  const config: Record<string, string> = {
    "ibmcloud:apiKey": iam.apiKey,
    "ibmcloud:iamEndpoint": url,
    "ibmcloud:resourceControllerEndpoint": url,
  };
  return { settings: { config: (key: string) => config[key], env: {} }, redirected };
}

const isPolicies = (path: string) => path.startsWith("/v2");

const CASES: [
  credential: string,
  isRedirected: (path: string) => boolean,
  ask: (settings: Settings) => Promise<unknown>,
][] = [
  ["API key", () => true, (settings) => openIam(settings).getPolicy("p")],
  ["token of a read", isPolicies, (settings) => openIam(settings).getPolicy("p")],
  ["token of a write", isPolicies, (settings) => openIam(settings).deletePolicy("p")],
  ["token of a lookup", isPolicies, (settings) => openResources(settings).instances()],
];

describe("a redirect", () => {
  for (const [credential, isRedirected, ask] of CASES) {
    it(`is reported, and the ${credential} is not sent to its location`, async () => {
      const { settings, redirected } = await startRedirecting(isRedirected);
      const { message } = await failure(ask(settings));
      expect(message).to.match(/\(307\).*The response is not from (IAM|Resource Controller): check proxies/);
      expect(redirected).to.deep.equal([]);
    });
  }
});
