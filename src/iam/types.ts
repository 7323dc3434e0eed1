import type { ErrorCode } from "../shared/coded-error";
import type { PolicyMetadata } from "../shared/policy-fields";
import type { ConfigName } from "./config";

/** The sources of credentials, endpoints and timeouts: stack configuration and the environment. */
export interface Settings {
  /** Returns a value of the stack's configuration, such as `ibmcloud:apiKey`. */
  config: (key: ConfigName) => string | undefined;
  /** All keys of the stack's configuration. Undefined if they are not known. */
  configKeys?: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Overrides both the defaults and the stack's configuration. */
  timeouts?: Partial<Timeouts>;
  /** Aborted when the user cancels the run. */
  cancelled?: AbortSignal;
  /** Resolves to true if Pulumi's engine has ended, and could no longer record a write in its state. */
  isEngineGone?: () => Promise<boolean>;
}

/** Time limits and delays, all in milliseconds. */
export interface Timeouts {
  /** Limits one call, from the connection to the last byte. Stack configuration: `ibmcloud:requestTimeout`, in seconds. */
  requestTimeout: number;
  /** Limits one operation with all its calls, retries and polls. Stack configuration: `ibmcloud:retryTimeout`, in seconds. */
  retryTimeout: number;
  /** The longest delay before the first retry. It doubles with each retry. */
  firstDelay: number;
  longestDelay: number;
  /** The difference up to which two clocks count as equal. */
  clockTolerance: number;
  /** The time that IAM may take to show a change everywhere. Terraform's provider waits as long for a new policy. */
  propagation: number;
}

/** The account and user of a set of credentials. */
export interface Identity {
  /** 32 hexadecimal digits. */
  accountId: string;
  /** `IBMid-…`, `iam-ServiceId-…` or `iam-Profile-…`: the creator that IAM records in policies. */
  iamId?: string;
  /** The time at which the token expires, in milliseconds since 1970. */
  expiresAt?: number;
}

/** A response of IBM's SDK. */
export interface SdkResponse {
  status?: number;
  result: unknown;
  headers?: unknown;
}

/** One attribute of a policy's subject or resource, in IAM's format. */
export interface PolicyAttribute {
  key: string;
  operator: string;
  value: string | boolean | string[];
}

/** One access tag that a policy's resources must carry. */
export interface PolicyTag extends PolicyAttribute {
  value: string;
}

/** The content of a v2 authorization policy: source, target and roles. */
export interface PolicyBody {
  subject: { attributes: PolicyAttribute[] };
  resource: { attributes: PolicyAttribute[]; tags?: PolicyTag[] };
  /** The CRNs of the roles. */
  roleIds: string[];
  /** Fields of the grant other than its roles. An update sends them back untouched. */
  control?: { grant: Record<string, unknown> };
  description?: string;
  /** IBM documents these for access policies only. An update sends them back untouched. */
  pattern?: string;
  rule?: Record<string, unknown>;
}

/** A v2 policy as IAM returns it. */
export interface Policy extends PolicyBody, PolicyMetadata {
  id: string;
  /** `"authorization"`. A policy that was read by id may also be of type `"access"`. */
  type: string;
  /** Required to replace the policy. IAM's private endpoints may omit it. */
  etag?: string;
  /** Display names by CRN, for the roles whose name IAM returned. */
  roleNames: Record<string, string>;
  /** The enterprise template that manages this policy. */
  template?: Record<string, unknown>;
}

/** The times of the last writes that the caller knows of. A version of the policy that is older is out of date. */
export type WriteTimes = Pick<PolicyMetadata, "createdAt" | "lastModifiedAt">;

/** A role that IAM offers for a source and a target. */
export interface OfferedRole {
  crn: string;
  displayName: string;
}

/** The service names of a source and a target. Undefined if the scope names no service. */
export interface Pair {
  source?: string;
  target?: string;
}

/** The facts about a failed call. */
export interface ErrorDetails {
  /** The HTTP status. Undefined if no response arrived, or none that could be read. */
  status?: number;
  /** IAM's error code, such as `policy_not_found`, or that of the connection, such as `ECONNREFUSED`. */
  code?: string;
  /** IAM's own message. */
  message: string;
  transactionId?: string;
  /** The policy that a new or changed one duplicates: its id, or the whole policy. */
  conflict?: unknown;
  /** The `Retry-After` of the response, in milliseconds. */
  retryAfter?: number;
  /** True if another change of the policy caused the failure. */
  isStale?: boolean;
  /** True if that change may be this call's own: no readable response to an earlier attempt arrived. */
  mayBeOwnChange?: boolean;
  /** The `Date` of the response, in milliseconds since 1970. */
  respondedAt?: number;
  /** True if the call only reads. */
  isRead?: boolean;
  /** The service that failed. @default IAM */
  service?: Service;
}

/** One kind of failure: the condition, its stable code (docs/errors.md), and the next step for the user. */
export interface Hint {
  when: (details: ErrorDetails) => boolean;
  code: ErrorCode;
  hint: string;
}

/** One of IBM's services: its name in errors, and its failures. The first row that matches applies. */
export interface Service {
  name: string;
  hints: readonly Hint[];
}
