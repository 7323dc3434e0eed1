import { maybeHeld } from "./answers";
import type { IamError } from "./errors";
import type { HeldPolicy } from "./policy";

/** IAM holds a policy that says the same: the same scope and roles, under another id. */
export class PolicyConflictError extends Error {
  readonly policy: HeldPolicy;
  declare readonly cause: IamError;

  constructor(policy: HeldPolicy, cause: IamError) {
    super(cause.message, { cause });
    this.policy = policy;
  }
}

/**
 * The policy that an answer names as in the way. IBM's SDK documents an id there, live answers hold the whole policy, in
 * the schema of v1 or v2.
 */
export async function conflictIn(
  { conflict }: IamError,
  lookUp: (id: string) => Promise<HeldPolicy | undefined>,
): Promise<HeldPolicy | undefined> {
  const whole = maybeHeld(conflict);
  if (whole) return whole;
  const id = typeof conflict === "object" && conflict !== null && "id" in conflict ? conflict.id : conflict;
  return typeof id === "string" && id !== "" ? lookUp(id) : undefined;
}
