import type * as pulumi from "@pulumi/pulumi";
import type {
  AuthorizationAttribute,
  SourceProperties,
  AuthorizationTag,
  TargetProperties,
  EnAuthorizationArgs,
} from "../args";
import type { Iam } from "../iam";
import type { ErrorCode } from "../shared/coded-error";
import type { PolicyMetadata } from "../shared/policy-fields";
import type { Ownership } from "./ownership";

export type Source = pulumi.Unwrap<SourceProperties>;
export type Target = pulumi.Unwrap<TargetProperties>;
export type Attribute = pulumi.Unwrap<AuthorizationAttribute>;
export type Tag = pulumi.Unwrap<AuthorizationTag>;

/** The resource's arguments with all values resolved. `check` returns them normalized. */
export type Inputs = pulumi.Unwrap<Omit<EnAuthorizationArgs, "source" | "target">> & {
  source: Source;
  target: Target;
  /**
   * The roles of a resource whose program sets none: documented roles that were filled in, or those of an adopted policy.
   * They are kept in state, so that a version of this package with other defaults does not change the grant. Pulumi doesn't
   * show properties whose name begins with two underscores.
   */
  __presetRoles?: string[];
};

/** The resource's state: the inputs as stored in IAM, and the policy's metadata. */
export interface State extends Omit<Inputs, "roles">, PolicyMetadata {
  roles: string[];
  source: Source & { accountId: string };
  target: Target & { accountId: string };
  /** Parts of a policy that no argument sets. */
  pattern?: string;
  rule?: Record<string, unknown>;
  template?: Record<string, unknown>;
}

/** A refused property: its path, and a sentence that names it. */
export interface CheckFailure {
  property: string;
  reason: string;
  /** @default "invalid-argument" */
  code?: ErrorCode;
  /** Set if a name may have been written in place of an id. */
  name?: WrittenName;
}

/** A value that may be a name in place of an id, and what is known about the resource that it names. */
export interface WrittenName {
  key: "serviceInstance" | "resourceGroupId";
  text: string;
  /** The service of the instance. */
  serviceName?: string;
  /** @default the account of the credentials */
  accountId?: string;
}

/** The context of one operation. */
export interface Context {
  iam: Iam;
  ownership: Ownership;
  /** The resource, if it is known. */
  urn?: string | undefined;
  /** Waits for a number of seconds. */
  wait: (seconds: number) => Promise<void>;
  /** Prints a message that is not an error. Pulumi shows it as a message of the stack. */
  log: (message: string) => void;
}
