import type { PolicyConflictError } from "../iam/errors";
import type { Policy } from "../iam/types";
import { CodedError, codeOf, isOutcomeUnknown, messageOf, type ErrorCode } from "../shared/coded-error";
import { roleNamesOf } from "./roles";
import type { Inputs, State } from "./types";

/** Returns the two services of an authorization, for messages. */
export function pairText(inputs: Partial<Inputs>): string {
  const name = (side: { serviceName?: string } | undefined) => side?.serviceName ?? "?";
  return `${name(inputs.source)} -> ${name(inputs.target)}`;
}

/** IAM has the authorization, and a later step failed. Pulumi keeps the resource in state as incomplete. */
export class IncompleteError extends CodedError {
  readonly id: string;
  /** The part of the state that is certain. */
  readonly state: Partial<State>;

  constructor(id: string, { roles, ...state }: State, cause: unknown) {
    const outcomeUnknown = isOutcomeUnknown(cause);
    super(codeOf(cause), messageOf(cause), { cause, outcomeUnknown });
    this.id = id;
    // Without roles in state, the next run reads the policy even if the program has not changed.
    this.state = outcomeUnknown ? state : { roles, ...state };
  }
}

/** Returns an `outcome-unknown` error with the same message and the next step for the user. */
export function outcomeUnknownError(error: unknown, nextStep: string): CodedError {
  const message = `${messageOf(error)}. ${nextStep}`;
  return new CodedError("outcome-unknown", message, { cause: error, outcomeUnknown: true });
}

interface ErrorContext {
  /** The operation, as it follows "Cannot" in the message. */
  action: string;
  inputs: Partial<Inputs>;
  /** Removes credentials from a string. */
  redact: (text: string) => string;
  /** True if Pulumi runs the operation with the configuration of the last `pulumi up`. */
  usesLastConfig?: boolean;
  /** Further properties of the error for the engine. */
  properties?: (cause: unknown, message: string) => object;
}

const LAST_CONFIG =
  "pulumi refresh and pulumi destroy use the configuration of the last pulumi up: after you change an ibmcloud: setting, run pulumi up first, or add --run-program";

/** The errors that the user may have tried to fix by changing the configuration. */
const CONFIG_ERRORS: readonly ErrorCode[] = ["credentials-refused", "wrong-account"];

/** Runs an operation. A failure becomes one sentence: the operation, the two services, the reason and the code. */
export async function withErrorContext<Result>(
  { action, inputs, redact, usesLastConfig = false, properties = () => ({}) }: ErrorContext,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const pair = inputs.target ? ` (${pairText(inputs)})` : "";
    const code = codeOf(cause);
    const advice = usesLastConfig && CONFIG_ERRORS.includes(code) ? `. ${LAST_CONFIG}` : "";
    // The whole message is redacted, because any part of it may come from a response.
    const message = redact(`Cannot ${action}${pair}: ${messageOf(cause)}${advice} [${code}]`);
    const error = new CodedError(code, message, { cause });
    // Pulumi's host prints the stack of some errors.
    error.name = "";
    error.stack = error.message;
    throw Object.assign(error, properties(cause, error.message));
  }
}

/** Information about a duplicate that the policy itself doesn't contain. */
export interface Conflict {
  /** Display names of roles, by CRN. */
  names: Readonly<Record<string, string>>;
  /** True if another resource of this run owns the duplicate. */
  isOwned: boolean;
  /** True if this run deletes the duplicate, and IAM still shows it. */
  isDeleting?: boolean;
  /** True if the same credentials created the duplicate. */
  isOurs?: boolean;
}

/** Returns what manages a policy, or `undefined` if a program may adopt it. */
export function managedBy({ createdById = "", template }: Policy): "service" | "template" | undefined {
  if (template) return "template";
  return createdById.startsWith("crn-") ? "service" : undefined;
}

const NOT_ADOPTABLE = {
  template: "an enterprise policy template manages it",
  service: "a service created it for its own use, and will delete it itself",
};

/** Returns the reason why a policy can't be adopted, or `undefined` if it can. */
export function whyNotAdoptable(policy: Policy): string | undefined {
  const manager = managedBy(policy);
  return manager && NOT_ADOPTABLE[manager];
}

/** A duplicate: IAM refused a policy because of it, or a preview found it. */
type Found = Pick<PolicyConflictError, "policy"> & Partial<Pick<PolicyConflictError, "cause">>;

/** Returns the message for a create that has a duplicate: the duplicate, and the next step. */
export function createConflictMessage(error: Found, conflict: Conflict): string {
  return conflictMessage(error, conflict, createStep(error.policy, conflict));
}

/** The page with the next steps that fewer people need. */
const OTHER_WAYS = "(other ways: docs/troubleshooting.md, The authorization already exists)";

/** Returns a single next step, so that the user doesn't have to choose. */
function createStep(policy: Policy, { isOwned, isDeleting = false, isOurs = false }: Conflict): string {
  if (isOwned) {
    return "Another resource of this program owns it: remove one of the two and run pulumi refresh, or, after a rename, add the old name to aliases";
  }
  if (isDeleting) {
    return "This run is deleting it, and IAM still returns it: run pulumi refresh, then pulumi up to create this one";
  }
  const reason = whyNotAdoptable(policy);
  if (reason !== undefined) return `It cannot be adopted, because ${reason}: remove this resource`;
  const recovery = isOurs ? ", or, if an interrupted run left it, run IBMCLOUD_ADOPT_OWN=true pulumi up" : "";
  return `To manage it here, set adopt: "${policy.id}"${recovery} ${OTHER_WAYS}`;
}

/** Returns the message for an update that has a duplicate: the duplicate, and the next step. Only a create uses `adopt`. */
export function updateConflictMessage(error: PolicyConflictError, conflict: Conflict): string {
  return conflictMessage(error, conflict, updateStep(error.policy, conflict));
}

function updateStep(policy: Policy, { isOwned }: Conflict): string {
  if (isOwned) {
    return `Another resource of this program owns it: change the roles of one resource at a time, and run pulumi up after each change ${OTHER_WAYS}`;
  }
  const reason = whyNotAdoptable(policy);
  if (reason !== undefined) {
    return `It cannot be adopted, because ${reason}: keep other roles, or remove this resource`;
  }
  return `Delete that policy, or adopt it: set adopt: "${policy.id}" and run pulumi up --replace <URN of this resource>, which also deletes the policy that this resource has now ${OTHER_WAYS}`;
}

function conflictMessage({ policy, cause }: Found, { names }: Conflict, step: string): string {
  const { id, createdById = "an unknown user", createdAt = "an unknown time" } = policy;
  const { status, code, transactionId } = cause?.details ?? {};
  const words = [status, code].filter((each) => each !== undefined).join(" ");
  const answer = words && ` (${words})`;
  const roles = roleNamesOf(policy.roleIds, names).join(", ");
  return [
    `the authorization already exists${answer}: ${id} with ${roles}, created by ${createdById} at ${createdAt}`,
    step,
    ...(transactionId === undefined ? [] : [`Transaction-Id: ${transactionId}`]),
  ].join(". ");
}
