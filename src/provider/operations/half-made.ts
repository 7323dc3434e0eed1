import { CodedError, codeOf, isOutcomeUnknown } from "../../shared/coded-error";
import type { State } from "../policy";

/** IAM holds the authorization, and something failed after that: Pulumi keeps it in state, as not complete. */
export class HalfMadeError extends CodedError {
  readonly id: string;
  /** What is certain of it. */
  readonly state: Partial<State>;

  constructor(id: string, state: State, cause: unknown) {
    const outcomeUnknown = isOutcomeUnknown(cause);
    super(codeOf(cause), cause instanceof Error ? cause.message : String(cause), { cause, outcomeUnknown });
    this.id = id;
    this.state = outcomeUnknown ? withoutRoles(state) : state;
  }
}

/** The same error, with what to do about it. */
export function unknownOutcome(error: unknown, remedy: string): CodedError {
  const reason = error instanceof Error ? error.message : String(error);
  return new CodedError("outcome-unknown", `${reason}. ${remedy}`, { cause: error, outcomeUnknown: true });
}

/** Which roles IAM holds is not known: the next run looks, even where the program is as it was. */
function withoutRoles({ roles, ...state }: State): Partial<State> {
  return state;
}

/** Whether a state says which roles IAM holds. */
export function saysRoles({ roles }: Partial<State>): boolean {
  return roles !== undefined;
}
