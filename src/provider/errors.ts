import { CodedError, codeOf, isOutcomeUnknown, messageOf } from "../shared/coded-error";
import type { Inputs, State } from "./types";

/** Returns the two services of an authorization, for sentences. */
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
  /** The operation, to follow "Cannot". */
  action: string;
  inputs: Partial<Inputs>;
  /** Removes credentials from a text. */
  redact: (text: string) => string;
  /** Further properties of the error for the engine. */
  properties?: (cause: unknown, message: string) => object;
}

/** Runs an operation. A failure becomes one sentence: the operation, the two services, the reason and the code. */
export async function withErrorContext<Result>(
  { action, inputs, redact, properties = () => ({}) }: ErrorContext,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const pair = inputs.target ? ` (${pairText(inputs)})` : "";
    const code = codeOf(cause);
    // Redacted as a whole, since a response can enter the sentence in many ways.
    const message = redact(`Cannot ${action}${pair}: ${messageOf(cause)} [${code}]`);
    const error = new CodedError(code, message, { cause });
    // Pulumi's host prints the stack of some errors.
    error.name = "";
    error.stack = error.message;
    throw Object.assign(error, properties(cause, error.message));
  }
}
