import type { PolicyBody } from "../iam/types";
import type { Authorization } from "../results";

/** An authorization that a generated program takes over. */
export interface TakenOver {
  /** The resource's name in the program. */
  name: string;
  authorization: Authorization;
  /** The name of the credentials that the program uses for it. Undefined: those of the stack. */
  credentials?: string;
}

/** An authorization that a file names. The file is the state of another tool, or a policy definition for IBM's CLI. */
export interface Named {
  /** The place in the file, for messages, such as `ibm_iam_authorization_policy.bucket`. */
  at: string;
  /** The policy's id. A definition has none. */
  id?: string;
  /** The scope and roles that a definition has. */
  definition?: PolicyDefinition;
  /** The name that the other tool has for it. */
  name?: string;
}

/** The scope and roles of an authorization in a file, in the names of IAM's v2 API. */
export type PolicyDefinition = Pick<PolicyBody, "subject" | "resource" | "roleIds">;

/** An authorization that is not taken over. */
export interface Skipped {
  /** The policy's id, or the place in the file. */
  what: string;
  reason: string;
}
