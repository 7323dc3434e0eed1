import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { DEFAULT_ACCOUNT, keyOf, type Account } from "./account";
import { emulatedIam } from "./app";
import { behave, behaviourOf, type Behaviour } from "./behaviour";
import type { Call } from "./calls";
import { faultStore, type Fault } from "./faults";
import type { Policy } from "./policy";
import { policyStore } from "./policy-store";
import { rateLimit } from "./rate-limit";
import { grown, type Seed } from "./seed";
import { tokenStore } from "./tokens";

export type { Account, ApiKey } from "./account";
export type { Behaviour } from "./behaviour";
export type { Arrival, Call, Operation } from "./calls";
export type { Fault } from "./faults";
export type { Attribute, Policy, Template } from "./policy";
export type { Seed } from "./seed";

/** How an emulator is to be. */
export interface IamEmulatorOptions extends Partial<Behaviour> {
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
   * The policies that it holds at first.
   * @default none
   */
  seed?: readonly Seed[];
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
  /**
   * Lets calls fail, wait, or be overtaken by somebody else.
   *
   * @returns what lifts the fault
   * @throws RangeError for a fault that could never do what it says
   *
   * @example
   * iam.inject({ operation: "createV2Policy", afterCommit: true, reset: true }); // made, but the answer is lost
   */
  inject: (fault: Fault) => () => void;
  /** Changes how IAM behaves, from now on; what is not named stays as it is. */
  behave: (changes: Partial<Behaviour>) => void;
  /**
   * Puts policies in as they are given, without the API's rules, and seen at once: what the account held before. One
   * whose id is there already takes that one's place.
   *
   * @returns the policies as they are held
   */
  seed: (policies: readonly Seed[]) => Policy[];
  /** Forgets policies (seeded ones too) and calls, and lifts every fault; tokens stay good, behaviour stays as it is. */
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
  const {
    port = 0,
    accounts = [DEFAULT_ACCOUNT],
    tokenLifetime = 3600,
    seed: held = [],
    ...changes
  } = options;
  const [{ id: accountId, apiKeys }] = accounts;
  const behaviour = behaviourOf(changes);
  const store = policyStore(() => url, behaviour);
  const faults = faultStore();
  const limit = rateLimit(behaviour);
  const calls: Call[] = [];
  const record = (call: Call) => calls.push(call);
  const tokens = tokenStore(tokenLifetime);
  const app = emulatedIam({ accounts, tokens, store, behaviour, faults, limit, record });
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const seed = (seeds: readonly Seed[]) =>
    structuredClone(seeds.map((each) => store.put(grown(each, url, accounts)).policy));
  seed(held);

  return {
    url,
    apiKey: keyOf(apiKeys[0] ?? ""),
    accountId,
    policies: ({ state = "active" } = {}) =>
      structuredClone(store.all().map(({ policy }) => policy)).filter(
        (policy) => state === "all" || policy.state === state,
      ),
    calls: () => [...calls],
    inject: faults.inject,
    behave: (wanted) => {
      behave(behaviour, wanted);
    },
    seed,
    reset: () => {
      store.clear();
      faults.lift();
      limit.forget();
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
