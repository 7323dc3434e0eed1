import type { Iam } from "../iam";
import type { Ownership } from "./ownership";

/** The context of one operation. */
export interface Context {
  iam: Iam;
  ownership: Ownership;
  /** Waits for a number of seconds. */
  wait: (seconds: number) => Promise<void>;
  /** Prints a message that is not an error. Pulumi shows it as a message of the stack. */
  log: (message: string) => void;
}
