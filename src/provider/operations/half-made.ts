import { IamError } from "../../iam/errors";
import type { State } from "../policy";

/** IAM holds the authorization, and something failed after that: Pulumi keeps it in state, as not complete. */
export class HalfMadeError extends Error {
  readonly id: string;
  /** What is certain of it. */
  readonly state: Partial<State>;

  constructor(id: string, state: State, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.id = id;
    this.state = isUnsure(cause) ? withoutRoles(state) : state;
  }
}

/** Whether IAM may have done what an error says that it did not. */
export function isUnsure(error: unknown): boolean {
  return error instanceof IamError && error.unsure;
}

/** Which roles IAM holds is not known: the next run looks, even where the program is as it was. */
function withoutRoles({ roles, ...state }: State): Partial<State> {
  return state;
}

/** Whether a state says which roles IAM holds. */
export function saysRoles({ roles }: Partial<State>): boolean {
  return roles !== undefined;
}
