import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { DEFAULT_ACCOUNT, type Account } from "./account";
import { emulatedIam } from "./app";
import type { Call } from "./calls";
import type { Policy } from "./policy";
import { policyStore } from "./policy-store";
import { tokenStore } from "./tokens";

export type { Account } from "./account";
export type { Call } from "./calls";
export type { Attribute, Policy } from "./policy";

/** How an emulator is to be. */
export interface IamEmulatorOptions {
  /**
   * The port on the loopback interface.
   * @default any free one
   */
  port?: number;
  /**
   * The accounts and the keys that reach them.
   * @default one account with one key
   */
  accounts?: readonly [Account, ...Account[]];
  /**
   * How long a token lasts, in seconds.
   * @default 3600
   */
  tokenLifetime?: number;
  /**
   * What a replacement with a stale `If-Match` is answered with. IBM documents neither.
   * @default 412
   */
  staleEtagStatus?: 409 | 412;
}

/** An IAM that runs in this process, for tests without an IBM Cloud account. */
export interface IamEmulator {
  /** Where it is reached: `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** An API key of the first account. */
  readonly apiKey: string;
  /** The first account's id. */
  readonly accountId: string;
  /**
   * What IAM holds, in the order in which it was made.
   *
   * @param state active ones by default
   */
  policies: (query?: { state?: Policy["state"] | "all" }) => Policy[];
  /** The requests so far, in the order in which they were answered. */
  calls: () => Call[];
  /** Forgets policies and calls; tokens stay good. */
  reset: () => void;
  /** Ends it, and every connection to it. */
  close: () => Promise<void>;
}

/**
 * Starts an IAM for authorizations: tokens for API keys, `/v2/policies`, `/v1/policies` (get, list, delete, restore) and
 * `/v2/roles`, with the rules, errors and headers that IBM documents. It listens on the loopback interface only.
 *
 * @throws when the port is taken
 *
 * @example
 * const iam = await startIamEmulator();
 * process.env.IBMCLOUD_IAM_API_ENDPOINT = iam.url;
 * process.env.IC_API_KEY = iam.apiKey;
 */
export async function startIamEmulator(options: IamEmulatorOptions = {}): Promise<IamEmulator> {
  const { port = 0, accounts = [DEFAULT_ACCOUNT], tokenLifetime = 3600, staleEtagStatus = 412 } = options;
  const [{ id: accountId, apiKeys }] = accounts;
  const store = policyStore(() => url);
  const calls: Call[] = [];
  const record = (call: Call) => calls.push(call);
  const app = emulatedIam({ accounts, tokens: tokenStore(tokenLifetime), store, record, staleEtagStatus });
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    apiKey: apiKeys[0] ?? "",
    accountId,
    policies: ({ state = "active" } = {}) =>
      structuredClone(store.all().map(({ policy }) => policy)).filter(
        (policy) => state === "all" || policy.state === state,
      ),
    calls: () => [...calls],
    reset: () => {
      store.clear();
      calls.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}
