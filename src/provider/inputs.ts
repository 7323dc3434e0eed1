import type * as pulumi from "@pulumi/pulumi";
import type {
  AuthorizationAttribute,
  AuthorizationSource,
  AuthorizationTag,
  AuthorizationTarget,
  EnAuthorizationArgs,
} from "../args";

/** The arguments with every value resolved: what `check` gets and brings to its normal form. */
export type Inputs = pulumi.Unwrap<Omit<EnAuthorizationArgs, "source" | "target">> & {
  source: Source;
  target: Target;
  /**
   * The documented roles that stand in `roles` because the program writes none. Kept, so that a later version of this
   * package, which may know other ones, changes no grant by itself.
   */
  presetRoles?: string[];
};
export type Source = pulumi.Unwrap<AuthorizationSource>;
export type Target = pulumi.Unwrap<AuthorizationTarget>;
export type Attribute = pulumi.Unwrap<AuthorizationAttribute>;
export type Tag = pulumi.Unwrap<AuthorizationTag>;

/** Written where a property means all there are. */
export const ALL = "*";

export const EVENT_NOTIFICATIONS = "event-notifications";
