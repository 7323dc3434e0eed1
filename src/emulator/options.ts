import type { Account } from "./account";
import type { Behaviour } from "./behaviour";
import type { CustomRole } from "./custom-roles";
import type { ResourceGroupSeed } from "./resource-group";
import type { InstanceSeed } from "./resource-instance";
import type { Seed } from "./seed";

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
  /**
   * The service instances that it holds at first.
   * @default none
   */
  instances?: readonly InstanceSeed[];
  /**
   * The resource groups that it holds at first.
   * @default each account's group `Default`
   */
  resourceGroups?: readonly ResourceGroupSeed[];
  /**
   * Roles that accounts made for themselves.
   * @default none
   */
  customRoles?: readonly CustomRole[];
  /**
   * Whether any service may be authorized to any other one whose roles the emulator knows, Cloud Object Storage to Key
   * Protect for example, and not only in the pairs of Event Notifications. IAM itself takes fewer.
   * @default false
   */
  anyPair?: boolean;
}
