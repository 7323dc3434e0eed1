import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { callerByApiKey, createTokenStore, DEFAULT_ACCOUNT, keyOf } from "./accounts";
import { createApp } from "./app";
import { authorizationOf, type Authorization } from "./authorization";
import { changeBehavior, createBehavior, type Behavior } from "./behavior";
import { createKeeper, openDataFile } from "./data-file";
import { createFaults, type Fault } from "./faults";
import type { IamEmulatorOptions } from "./options";
import type { Policy, Seed } from "./policy";
import { createPolicyStore } from "./policy-store";
import { createRateLimit } from "./rate-limit";
import type { Call } from "./requests";
import type { InstanceSeed, ResourceGroup, ResourceGroupSeed, ResourceInstance } from "./resource";
import { createResourceStore } from "./resource-store";
import { createRoleCatalog } from "./role-catalog";
import { API_KEY_GRANT } from "./routes/tokens";

export type { Account, ApiKey, Profile } from "./accounts";
export type { Authorization } from "./authorization";
export type { Behavior } from "./behavior";
export type { Damage } from "./damaged-responses";
export type { Fault } from "./faults";
export type { IamEmulatorOptions } from "./options";
export type { Attribute, Policy, Seed, Template } from "./policy";
export type { Arrival, Call, Operation } from "./requests";
export type {
  InstanceSeed,
  InstanceState,
  ResourceGroup,
  ResourceGroupSeed,
  ResourceInstance,
} from "./resource";
export type { CustomRole } from "./role-catalog";
export type { AuthorizationSide } from "./scope";
export { readSeedFile, type Seeds } from "./seed-file";

/** An in-process IAM emulator, for tests without an IBM Cloud account. */
export interface IamEmulator {
  /** The URL of the emulator: `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** The first API key of the first account. */
  readonly apiKey: string;
  /** The id of the first account. */
  readonly accountId: string;
  /**
   * Returns copies of the policies, in the order of creation.
   *
   * @param query `state` is "active" by default
   */
  policies: (query?: { state?: Policy["state"] | "all" }) => Policy[];
  /**
   * Returns the active policies as a program declares them, in the order of creation.
   *
   * @example
   * expect(iam.authorizations()[0]?.roles).to.deep.equal(["Reader"]);
   */
  authorizations: () => Authorization[];
  /** Returns the requests so far, in the order in which their responses were sent. */
  calls: () => Call[];
  /**
   * Injects a fault, which makes calls fail, delays them, or runs a concurrent edit.
   *
   * @returns a function that removes the fault
   * @throws RangeError for a fault that could not take effect, such as one with `code` but without `status`
   *
   * @example
   * iam.inject({ operation: "createV2Policy", afterCommit: true, reset: true }); // created, but the response is lost
   */
  inject: (fault: Fault) => () => void;
  /** Changes settings from now on; the others keep their values. */
  behave: (changes: Partial<Behavior>) => void;
  /**
   * Puts policies into their accounts as they are, without the API's checks. They are visible at once. A policy with the
   * id of an existing one replaces it.
   *
   * @returns copies of the policies, with their metadata
   */
  seed: (policies: readonly Seed[]) => Policy[];
  /**
   * Adds service instances, for lookups.
   *
   * @returns the instances as Resource Controller returns them
   */
  addInstances: (instances: readonly InstanceSeed[]) => ResourceInstance[];
  /**
   * Adds resource groups, for lookups.
   *
   * @returns the groups as Resource Manager returns them
   */
  addResourceGroups: (groups: readonly ResourceGroupSeed[]) => ResourceGroup[];
  /**
   * Issues a token, for tests of clients that have a token and no API key.
   *
   * @param apiKey the API key of the caller; by default the emulator's `apiKey`
   * @throws RangeError if no account has this API key
   */
  token: (apiKey?: string) => string;
  /**
   * Removes all policies, instances, resource groups, calls and faults, including those of the options. Tokens stay
   * valid, and settings keep their values.
   */
  reset: () => void;
  /** Stops the emulator and closes every connection to it. */
  close: () => Promise<void>;
}

/**
 * Starts an IAM emulator on the loopback interface.
 *
 * It implements these endpoints, with the rules, errors and headers that IBM documents:
 * - `/identity/token`: tokens for API keys, trusted profiles and compute resources
 * - `/v2/policies` and `/v1/policies`: the same policies in both schemas; v1 can restore deleted ones
 * - `/v2/roles`: the roles that can be granted
 * - `/v2/resource_instances` and `/v2/resource_groups`: Resource Controller and Resource Manager, for lookups
 *
 * @throws if the port is in use, or if the data file is in use or damaged
 *
 * @example
 * const iam = await startIamEmulator();
 * process.env.IBMCLOUD_IAM_API_ENDPOINT = iam.url;
 * process.env.IC_API_KEY = iam.apiKey;
 */
export async function startIamEmulator(options: IamEmulatorOptions = {}): Promise<IamEmulator> {
  const {
    port = 0,
    accounts: givenAccounts = [DEFAULT_ACCOUNT],
    tokenLifetime = 3600,
    seed: seeds = [],
    instances = [],
    resourceGroups = [],
    customRoles = [],
    anyPair = false,
    dataFile,
    onCall,
    ...settings
  } = options;
  const data = dataFile === undefined ? undefined : openDataFile(dataFile);
  const accounts = data?.content?.accounts ?? givenAccounts;
  const [{ id: accountId, apiKeys }] = accounts;
  const apiKey = keyOf(apiKeys[0] ?? "");
  const behavior = createBehavior(settings);
  const { changed, together } = createKeeper(() =>
    data?.write({ accounts, policies: policies.stored(), ...resources.stored() }),
  );
  const policies = createPolicyStore(accounts, behavior, () => url, changed);
  const faults = createFaults();
  const rateLimit = createRateLimit(behavior);
  const tokens = createTokenStore(tokenLifetime);
  const roles = createRoleCatalog(customRoles, accounts, anyPair);
  const resources = createResourceStore(accounts, changed);
  const calls: Call[] = [];
  const record = (call: Call) => {
    calls.push(call);
    onCall?.(call);
  };
  const parts = { accounts, tokens, policies, roles, resources, behavior, together };
  const app = createApp({ ...parts, faults, rateLimit, record });
  const server = createAdaptorServer({ fetch: app.fetch });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => {
        data?.close();
        resolve();
      });
      if ("closeAllConnections" in server) server.closeAllConnections();
    });
  let url = "";
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    together(() => {
      if (data?.content) {
        policies.load(data.content.policies);
        resources.load(data.content);
        return;
      }
      // Groups first: an instance without a resource group is put into the default one.
      resources.addGroups(resourceGroups);
      resources.addInstances(instances);
      policies.seed(seeds);
    });
  } catch (error) {
    await close();
    throw error;
  }

  const policiesIn = (state: Policy["state"] | "all") =>
    structuredClone(policies.all().filter((policy) => state === "all" || policy.state === state));

  return {
    url,
    apiKey,
    accountId,
    policies: ({ state = "active" } = {}) => policiesIn(state),
    authorizations: () => policiesIn("active").map((policy) => authorizationOf(policy, roles)),
    calls: () => [...calls],
    inject: faults.inject,
    behave: (changes) => {
      changeBehavior(behavior, changes);
    },
    seed: (more) => structuredClone(policies.seed(more)),
    addInstances: (more) => structuredClone(resources.addInstances(more)),
    addResourceGroups: (more) => structuredClone(resources.addGroups(more)),
    token: (key = apiKey) => {
      const caller = callerByApiKey(accounts, key);
      if (!caller) throw new RangeError("No account of this emulator has this API key");
      return tokens.issue(caller, API_KEY_GRANT).access_token;
    },
    reset: () => {
      policies.clear();
      resources.clear();
      faults.clear();
      rateLimit.reset();
      calls.length = 0;
    },
    close,
  };
}
