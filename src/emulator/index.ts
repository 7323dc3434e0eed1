import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { callerOf, DEFAULT_ACCOUNT, keyOf } from "./account";
import { emulatedIam } from "./app";
import { behave, behaviourOf, type Behaviour } from "./behaviour";
import type { Call } from "./calls";
import { roleBook } from "./custom-roles";
import { faultStore, type Fault } from "./faults";
import { API_KEY_GRANT } from "./grants";
import type { IamEmulatorOptions } from "./options";
import type { Policy } from "./policy";
import { policyStore } from "./policy-store";
import { rateLimit } from "./rate-limit";
import type { ResourceGroup, ResourceGroupSeed } from "./resource-group";
import type { InstanceSeed, ResourceInstance } from "./resource-instance";
import { resourceStore } from "./resource-store";
import { grown, type Seed } from "./seed";
import { tokenStore } from "./tokens";

export type { Account, ApiKey, Profile } from "./account";
export type { Behaviour } from "./behaviour";
export type { Arrival, Call, Operation } from "./calls";
export type { CustomRole } from "./custom-roles";
export type { Damage } from "./damage";
export type { Fault } from "./faults";
export type { IamEmulatorOptions } from "./options";
export type { Attribute, Policy, Template } from "./policy";
export type { ResourceGroup, ResourceGroupSeed } from "./resource-group";
export type { InstanceSeed, InstanceState, ResourceInstance } from "./resource-instance";
export type { Seed } from "./seed";

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
  /**
   * Puts service instances in, to be looked up.
   *
   * @returns the instances as Resource Controller shows them
   */
  addInstances: (instances: readonly InstanceSeed[]) => ResourceInstance[];
  /**
   * Puts resource groups in, to be looked up.
   *
   * @returns the groups as Resource Manager shows them
   */
  addResourceGroups: (groups: readonly ResourceGroupSeed[]) => ResourceGroup[];
  /**
   * Gives a token, good as long as one that was asked for: for tests of what runs with a token alone.
   *
   * @param apiKey whose; by default the first account's
   * @throws RangeError when no account has that key
   */
  token: (apiKey?: string) => string;
  /** Forgets policies, instances, resource groups (seeded ones too) and calls, and lifts every fault; tokens stay good, behaviour stays as it is. */
  reset: () => void;
  /** Ends it, and every connection to it. */
  close: () => Promise<void>;
}

/**
 * Starts an IAM for authorizations: tokens (for API keys, trusted profiles and compute resources), `/v2/policies`,
 * `/v1/policies` (the same policies in the schema of v1, and their restoring) and `/v2/roles`, with the rules, errors and
 * headers that IBM documents; and beside it what is looked up in Resource Controller and Resource Manager:
 * `/v2/resource_instances` and `/v2/resource_groups`. It listens on the loopback interface only.
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
    instances = [],
    resourceGroups = [],
    customRoles = [],
    anyPair = false,
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
  const roles = roleBook(customRoles, accounts, anyPair);
  const resources = resourceStore(accounts);
  resources.addGroups(resourceGroups);
  resources.addInstances(instances);
  const app = emulatedIam({ accounts, tokens, store, roles, resources, behaviour, faults, limit, record });
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
    addInstances: (seeds) => structuredClone(resources.addInstances(seeds)),
    addResourceGroups: (seeds) => structuredClone(resources.addGroups(seeds)),
    token: (key = keyOf(apiKeys[0] ?? "")) => {
      const caller = callerOf(accounts, key);
      if (!caller) throw new RangeError("No account of this emulator has this API key");
      return tokens.issue(caller, API_KEY_GRANT).access_token;
    },
    reset: () => {
      store.clear();
      resources.clear();
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
