import type { OutgoingHttpHeaders } from "node:http";
import { mkdir, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import { createAdaptorServer } from "@hono/node-server";
import { expect } from "chai";
import { IamAuthenticator } from "ibm-cloud-sdk-core";
import { startIamEmulator } from "../../src/emulator";
import { closing } from "./opened";
import { madeBy, redacted, type Exchange, type Observation } from "./transcript";

/** A response of IAM. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** The parsed JSON, or the text if it is not JSON. */
  body: unknown;
}

/** A request that IBM's client does not send. */
export interface RawRequest {
  json?: unknown;
  body?: string | Buffer;
  /** Header names are in lower case. */
  headers?: Record<string, string>;
}

/** Two clients of an IAM that share a token. */
export interface Connection {
  /** IBM's own client. */
  client: IamPolicyManagementV1;
  /** Sends any request. Adds a token unless `authorization` is given, and omits headers with an empty value. */
  send: (method: string, path: string, request?: RawRequest) => Promise<Answer>;
}

/** An IAM under test: a fresh emulator, or the real one. */
export interface IamTarget extends Connection {
  url: string;
  apiKey: string;
  accountId: string;
  /** True for the real IAM. */
  live: boolean;
  /**
   * Checks a behavior that IBM's public sources do not define. The emulator must return the decided answer, the real IAM
   * one of the possible answers. The transcript records the real answer.
   *
   * @param others the other possible answers; without them, any answer is accepted
   */
  settle: (question: string, answer: unknown, decided: unknown, others?: readonly unknown[]) => void;
  /** Retries until the real IAM has propagated a change. The emulator gets one attempt. */
  eventually: <T>(attempt: () => Promise<T>) => Promise<T>;
  /** Deletes the policies that a test did not delete. */
  cleanUp: () => Promise<void>;
  close: () => Promise<void>;
}

/** Connects to an IAM. */
export function connect({ url, apiKey }: { url: string; apiKey: string }): Connection {
  const authenticator = new IamAuthenticator({ apikey: apiKey, url });
  return {
    client: new IamPolicyManagementV1({ authenticator, serviceUrl: url }),
    send: async (method, path, { json, body, headers = {} } = {}) => {
      const all = {
        ...(headers["authorization"] === undefined && (await authorization(authenticator))),
        ...(json !== undefined && { "content-type": "application/json" }),
        ...headers,
      };
      const answer = await fetch(url + path, {
        method,
        headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== "")),
        body: json === undefined ? body : JSON.stringify(json),
      });
      const text = await answer.text();
      return { status: answer.status, headers: Object.fromEntries(answer.headers), body: parsed(text) };
    },
  };
}

async function authorization(authenticator: IamAuthenticator): Promise<{ authorization: string }> {
  const request: { headers?: OutgoingHttpHeaders } = {};
  await authenticator.authenticate(request);
  return { authorization: String(request.headers?.["Authorization"]) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** True if the tests run on the real IAM. */
function isLive(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env["IAM_LIVE_ENDPOINT"]);
}

let live: Promise<IamTarget> | undefined;

/**
 * Returns the IAM to test: a new emulator, or the real IAM if `IAM_LIVE_ENDPOINT` and `IAM_LIVE_API_KEY` are set. All
 * tests of a process share the connection to the real IAM.
 */
async function iamTarget(): Promise<IamTarget> {
  if (!isLive(process.env)) return emulatorTarget();
  live ??= liveTarget(process.env).then((target) => closing(target));
  return live;
}

/** Describes behavior of both the emulator and the real IAM. */
export function describeIam(title: string, tests: (iam: IamTarget) => void): void {
  describe(title, function () {
    // The real IAM is slower and propagates changes over time.
    if (isLive(process.env)) this.timeout(180_000);
    // Mocha collects the tests before the target exists.
    const iam = {} as IamTarget;
    before(async () => Object.assign(iam, await iamTarget()));
    afterEach(() => iam.cleanUp());
    tests(iam);
  });
}

/** Describes behavior of the emulator alone. Skipped on the real IAM. */
export function describeEmulator(title: string, tests: () => void): void {
  if (!isLive(process.env)) describe(title, tests);
}

async function emulatorTarget(): Promise<IamTarget> {
  const { url, apiKey, accountId, close } = closing(await startIamEmulator());
  return {
    ...connect({ url, apiKey }),
    url,
    apiKey,
    accountId,
    close,
    live: false,
    settle: (question, answer, decided) => {
      expect(answer, question).to.deep.equal(decided);
    },
    eventually: (attempt) => attempt(),
    cleanUp: () => Promise.resolve(),
  };
}

/** Headers that a proxy must not forward. */
const HOP_BY_HOP = ["connection", "keep-alive", "transfer-encoding"];

/**
 * Connects to the real IAM through a local proxy. The proxy records all exchanges for the transcript and tracks which
 * policies remain. The API key needs permission for authorizations of Event Notifications and Object Storage; the tests
 * use instances that do not exist.
 */
export async function liveTarget(env: NodeJS.ProcessEnv): Promise<IamTarget> {
  const endpoint = (env["IAM_LIVE_ENDPOINT"] ?? "").replace(/\/+$/, "");
  const apiKey = env["IAM_LIVE_API_KEY"];
  if (!apiKey) throw new Error("IAM_LIVE_ENDPOINT is given, and IAM_LIVE_API_KEY is not");
  const file = env["IAM_LIVE_TRANSCRIPT"] ?? join(__dirname, "..", "..", ".work", "iam-transcript.json");
  const accountId = await accountOf(endpoint, apiKey);
  const exchanges: Exchange[] = [];
  const observations: Observation[] = [];
  const created = new Set<string>();
  /** The token that can delete each remaining policy, by policy id. */
  const remaining = new Map<string, string>();

  async function forward(request: Request): Promise<Response> {
    const { pathname, search, searchParams } = new URL(request.url);
    const sent = Buffer.from(await request.arrayBuffer());
    const answer = await fetch(endpoint + pathname + search, {
      method: request.method,
      headers: without(request.headers, [...HOP_BY_HOP, "host", "content-length"]),
      redirect: "manual",
      ...(sent.length > 0 && { body: sent }),
    });
    const text = await answer.text();
    const exchange: Exchange = {
      method: request.method,
      path: pathname,
      query: Object.fromEntries(searchParams),
      request: readable(sent, request.headers),
      status: answer.status,
      headers: only(answer.headers, ["content-type", "etag", "retry-after", "transaction-id"]),
      response: text === "" ? undefined : parsed(text),
    };
    exchanges.push(exchange);
    remember(exchange, request.headers.get("authorization") ?? "");
    return new Response(text === "" ? null : text, {
      status: answer.status,
      headers: without(answer.headers, [...HOP_BY_HOP, "content-encoding", "content-length"]),
    });
  }

  function remember(exchange: Exchange, token: string): void {
    const { method, path, status } = exchange;
    const id = madeBy(exchange) ?? /^\/v[12]\/policies\/([^/]+)$/.exec(path)?.[1] ?? "";
    if (madeBy(exchange) !== undefined) created.add(id);
    if (!created.has(id) || status >= 300) return;
    if (method === "DELETE") remaining.delete(id);
    else if (method !== "GET") remaining.set(id, token);
  }

  async function remove(id: string, token: string): Promise<boolean> {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      // IAM may not show a new policy yet, so a 404 does not prove that it is gone.
      if (attempt > 0) await pause(2000);
      const request = { method: "DELETE", headers: { authorization: token } };
      const answer = await fetch(`${endpoint}/v2/policies/${id}`, request).catch(() => undefined);
      if (answer?.status === 204) return true;
    }
    return false;
  }

  async function cleanUp(): Promise<void> {
    for (const [id, token] of [...remaining]) if (await remove(id, token)) remaining.delete(id);
    if (remaining.size > 0)
      throw new Error(
        `The tests could not delete these policies, delete them by hand: ${[...remaining.keys()].join(", ")}`,
      );
  }

  const server = createAdaptorServer({ fetch: forward });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    ...connect({ url, apiKey }),
    url,
    apiKey,
    accountId,
    live: true,
    settle: (question, answer, decided, others) => {
      // JSON cannot represent undefined.
      observations.push({ question, answer: answer ?? null, emulator: decided ?? null });
      if (others) expect([decided, ...others], question).to.deep.include(answer);
    },
    eventually: async (attempt) => {
      for (let retriesLeft = 30; ; retriesLeft -= 1) {
        try {
          return await attempt();
        } catch (error) {
          if (retriesLeft === 0) throw error;
          await pause(2000);
        }
      }
    },
    cleanUp,
    close: async () => {
      await mkdir(dirname(file), { recursive: true });
      const transcript = redacted({ endpoint, observations, exchanges }, { apiKey, accountId });
      await writeFile(file, `${JSON.stringify(transcript, undefined, 2)}\n`);
      await new Promise((resolve) => server.close(resolve));
      await cleanUp();
    },
  };
}

/** Returns the id of the API key's account. */
async function accountOf(url: string, apikey: string): Promise<string> {
  const { authorization: token } = await authorization(new IamAuthenticator({ apikey, url }));
  const [, payload = ""] = token.split(".");
  const { account } = JSON.parse(Buffer.from(payload, "base64url").toString()) as {
    account: { bss: string };
  };
  return account.bss;
}

function without(headers: Headers, names: string[]): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !names.includes(name)));
}

function only(headers: Headers, names: string[]): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => names.includes(name)));
}

/** Returns a body as the transcript shows it: JSON, form fields, or its length. */
function readable(body: Buffer, headers: Headers): unknown {
  if (body.length === 0) return undefined;
  if (headers.get("content-encoding") !== null) return `${body.length} bytes`;
  const form = headers.get("content-type")?.startsWith("application/x-www-form-urlencoded");
  return form ? Object.fromEntries(new URLSearchParams(body.toString())) : parsed(body.toString());
}
