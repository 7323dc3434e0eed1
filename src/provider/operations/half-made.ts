import type { State } from "../policy";

/** IAM holds the authorization, and something failed after that: Pulumi keeps it in state, as not complete. */
export class HalfMadeError extends Error {
  readonly id: string;
  /** What is known of it. */
  readonly state: Partial<State>;

  constructor(id: string, state: Partial<State>, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.id = id;
    this.state = state;
  }
}
