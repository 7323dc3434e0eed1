import { CodedError } from "../shared/coded-error";
import type { Settings } from "./settings";

/** How long calls may take, and how long they are tried again. All in milliseconds. */
export interface Pace {
  /** One call from the connection to the last byte, or one request for a token. Stack configuration: `ibmcloud:requestTimeout`, in seconds. */
  requestTimeout: number;
  /** One operation with all its calls, retries and polls. Stack configuration: `ibmcloud:retryTimeout`, in seconds. */
  retryTimeout: number;
  /** The longest wait before the second try; it doubles from try to try. */
  firstDelay: number;
  longestDelay: number;
  /** How far apart two clocks may be that seem to agree. */
  clockTolerance: number;
  /** How long IAM may take until everybody sees what was written. Terraform's provider waits as long for a new policy. */
  propagation: number;
}

/**
 * By how much the date of an answer may differ from a clock that agrees with it: such a date has whole seconds, and is some
 * time on its way.
 */
export const CLOCK_PRECISION = 2_000;

export const DEFAULT_PACE: Pace = {
  requestTimeout: 60_000,
  retryTimeout: 300_000,
  firstDelay: 500,
  longestDelay: 10_000,
  // A clock that is taken to agree may be ahead by as much, and dates leave out what is less than a second.
  clockTolerance: CLOCK_PRECISION + 1_000,
  propagation: 300_000,
};

/**
 * The pace that the stack's configuration sets.
 *
 * @throws when a setting is not a number of seconds
 */
export function paceOf({ config, pace }: Settings): Pace {
  const seconds = (name: "requestTimeout" | "retryTimeout") => {
    const written = config(`ibmcloud:${name}`);
    if (written === undefined || written === "") return {};
    const value = Number(written);
    if (value > 0 && value <= 86_400) return { [name]: value * 1000 };
    throw new CodedError(
      "invalid-configuration",
      `ibmcloud:${name} is ${written}: write seconds, more than 0 and at most 86400`,
    );
  };
  return { ...DEFAULT_PACE, ...seconds("requestTimeout"), ...seconds("retryTimeout"), ...pace };
}
