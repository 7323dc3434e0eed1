import type { Iam } from "../../iam";
import type { Claims } from "../claims";

/** What the operations of one run of the engine share. */
export interface Run {
  iam: Iam;
  claims: Claims;
  /** Waits. */
  wait: (seconds: number) => Promise<void>;
  /** Says something that is no error; Pulumi shows it as a message of the stack. */
  say: (sentence: string) => void;
}
