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

/** What IAM answered. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** The JSON, or the text when it is none. */
  body: unknown;
}

/** What IBM's client would not send. */
export interface RawRequest {
  json?: unknown;
  body?: string | Buffer;
  /** Their names in lower case. */
  headers?: Record<string, string>;
}

/** Two ways to an IAM, with one token for both. */
export interface Connection {
  /** IBM's own client. */
  client: IamPolicyManagementV1;
  /** Sends any request, with a token unless `authorization` is given; a header that is empty is not sent. */
  send: (method: string, path: string, request?: RawRequest) => Promise<Answer>;
}

/** An IAM under test: a fresh emulator, or the real one. */
export interface IamTarget extends Connection {
  url: string;
  apiKey: string;
  accountId: string;
  /** Whether it is the real one. */
  live: boolean;
  /**
   * Settles what IBM's public sources leave open: the emulator has to answer as it was decided, the real IAM in one of
   * the ways that IBM documents, and its answer is kept for the transcript.
   *
   * @param others the other ways; any when absent
   */
  settle: (question: string, answer: unknown, decided: unknown, others?: readonly unknown[]) => void;
  /** Waits for what takes a while to be seen on the real IAM; the emulator gets one attempt. */
  eventually: <T>(attempt: () => Promise<T>) => Promise<T>;
  /** Deletes the policies that are left of a test. */
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

/** Whether the tests are to run on the real IAM. */
function isLive(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env["IAM_LIVE_ENDPOINT"]);
}

let live: Promise<IamTarget> | undefined;

/**
 * The IAM that the tests of this run are for: a fresh emulator, or, when `IAM_LIVE_ENDPOINT` and `IAM_LIVE_API_KEY` are
 * given, the real one, which is the same for all of them.
 */
async function iamTarget(): Promise<IamTarget> {
  if (!isLive(process.env)) return emulatorTarget();
  live ??= liveTarget(process.env).then((target) => closing(target));
  return live;
}

/** Describes what any IAM does, the emulator and the real one. */
export function describeIam(title: string, tests: (iam: IamTarget) => void): void {
  describe(title, function () {
    // The real one is far away, and what it was told takes a while to be seen.
    if (isLive(process.env)) this.timeout(180_000);
    // Mocha collects the tests before there is a target for them.
    const iam = {} as IamTarget;
    before(async () => Object.assign(iam, await iamTarget()));
    afterEach(() => iam.cleanUp());
    tests(iam);
  });
}

/** Describes what only the emulator does, or what only it can be asked. Not for a run on the real IAM. */
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

/** What is said about a connection, not about what goes over it. */
const HOP_BY_HOP = ["connection", "keep-alive", "transfer-encoding"];

/**
 * Reaches the real IAM through a proxy on the loopback interface, which sees every exchange, whoever makes it: it keeps
 * them for the transcript, and knows which policies are left. The key has to be good for authorizations of Event
 * Notifications and Object Storage; the tests' instances exist nowhere.
 */
export async function liveTarget(env: NodeJS.ProcessEnv): Promise<IamTarget> {
  const endpoint = (env["IAM_LIVE_ENDPOINT"] ?? "").replace(/\/+$/, "");
  const apiKey = env["IAM_LIVE_API_KEY"];
  if (!apiKey) throw new Error("IAM_LIVE_ENDPOINT is given, and IAM_LIVE_API_KEY is not");
  const file = env["IAM_LIVE_TRANSCRIPT"] ?? join(__dirname, "..", "..", ".work", "iam-transcript.json");
  const accountId = await accountOf(endpoint, apiKey);
  const exchanges: Exchange[] = [];
  const observations: Observation[] = [];
  const made = new Set<string>();
  /** The policies that are there, and what lets us delete them. */
  const left = new Map<string, string>();

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
    if (madeBy(exchange) !== undefined) made.add(id);
    if (!made.has(id) || status >= 300) return;
    if (method === "DELETE") left.delete(id);
    else if (method !== "GET") left.set(id, token);
  }

  async function remove(id: string, token: string): Promise<boolean> {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      // What was made just now may not be found yet: a 404 does not say that it is gone.
      if (attempt > 0) await pause(2000);
      const request = { method: "DELETE", headers: { authorization: token } };
      const answer = await fetch(`${endpoint}/v2/policies/${id}`, request).catch(() => undefined);
      if (answer?.status === 204) return true;
    }
    return false;
  }

  async function cleanUp(): Promise<void> {
    for (const [id, token] of [...left]) if (await remove(id, token)) left.delete(id);
    if (left.size > 0) throw new Error(`Delete these policies of the tests: ${[...left.keys()].join(", ")}`);
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
      // Nothing is an answer too, and JSON has no word for it but null.
      observations.push({ question, answer: answer ?? null, emulator: decided ?? null });
      if (others) expect([decided, ...others], question).to.deep.include(answer);
    },
    eventually: async (attempt) => {
      for (let rest = 30; ; rest -= 1) {
        try {
          return await attempt();
        } catch (error) {
          if (rest === 0) throw error;
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

/** The account that a token is for. */
async function accountOf(url: string, apikey: string): Promise<string> {
  const { authorization: token } = await authorization(new IamAuthenticator({ apikey, url }));
  const [, claims = ""] = token.split(".");
  const { account } = JSON.parse(Buffer.from(claims, "base64url").toString()) as { account: { bss: string } };
  return account.bss;
}

function without(headers: Headers, names: string[]): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !names.includes(name)));
}

function only(headers: Headers, names: string[]): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => names.includes(name)));
}

/** A body as a reader of the transcript wants it: JSON, a form's fields, or how long it is. */
function readable(body: Buffer, headers: Headers): unknown {
  if (body.length === 0) return undefined;
  if (headers.get("content-encoding") !== null) return `${body.length} bytes`;
  const form = headers.get("content-type")?.startsWith("application/x-www-form-urlencoded");
  return form ? Object.fromEntries(new URLSearchParams(body.toString())) : parsed(body.toString());
}
