import type { Account } from "./accounts";
import type { Behavior } from "./behavior";
import type { Seed } from "./policy";
import type { Call } from "./requests";
import type { InstanceSeed, ResourceGroupSeed } from "./resource";
import type { CustomRole } from "./role-catalog";

/** The options of `startIamEmulator`. */
export interface IamEmulatorOptions extends Partial<Behavior> {
  /**
   * The port to listen on.
   * @default any free port
   */
  port?: number;
  /**
   * The accounts, with the API keys that give access to them.
   * @default one account with one API key
   */
  accounts?: readonly [Account, ...Account[]];
  /**
   * The lifetime of a token, in seconds.
   * @default 3600
   */
  tokenLifetime?: number;
  /**
   * The policies that exist at the start.
   * @default none
   */
  seed?: readonly Seed[];
  /**
   * The service instances that exist at the start.
   * @default none
   */
  instances?: readonly InstanceSeed[];
  /**
   * The resource groups that exist at the start.
   * @default the group `Default` in each account
   */
  resourceGroups?: readonly ResourceGroupSeed[];
  /**
   * The custom roles of the accounts.
   * @default none
   */
  customRoles?: readonly CustomRole[];
  /**
   * Allows any source for any target whose roles the emulator knows, for example Cloud Object Storage to Key Protect,
   * instead of only the pairs of Event Notifications. IAM itself allows fewer pairs.
   * @default false
   */
  anyPair?: boolean;
  /**
   * A file that keeps the policies, instances, resource groups and accounts. Every change is on disk before its response is
   * sent. If the file exists, its content replaces `accounts`, `seed`, `instances` and `resourceGroups`.
   * @default none: the data is discarded at the end
   */
  dataFile?: string;
  /**
   * A function to call after each request, for example to log it.
   * @default none
   */
  onCall?: (call: Call) => void;
}
