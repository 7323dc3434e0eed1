import type * as pulumi from "@pulumi/pulumi";
import type {
  AuthorizationAttribute,
  AuthorizationSource,
  AuthorizationTag,
  AuthorizationTarget,
  EnAuthorizationArgs,
} from "../args";

/** The arguments with every value resolved: what `check` gets and brings to its normal form. */
export type Inputs = pulumi.Unwrap<EnAuthorizationArgs>;
export type Source = pulumi.Unwrap<AuthorizationSource>;
export type Target = pulumi.Unwrap<AuthorizationTarget>;
export type Attribute = pulumi.Unwrap<AuthorizationAttribute>;
export type Tag = pulumi.Unwrap<AuthorizationTag>;

/** Written where a property means all there are. */
export const ALL = "*";

export const EVENT_NOTIFICATIONS = "event-notifications";
