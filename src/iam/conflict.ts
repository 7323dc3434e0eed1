import { CodedError } from "../shared/coded-error";
import type { IamError } from "./errors";
import type { HeldPolicy } from "./policy";

/** IAM holds a policy that says the same: the same scope and roles, under another id. */
export class PolicyConflictError extends CodedError {
  readonly policy: HeldPolicy;
  declare readonly cause: IamError;

  constructor(policy: HeldPolicy, cause: IamError) {
    super("already-exists", cause.message, { cause });
    this.policy = policy;
  }
}
