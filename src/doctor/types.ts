/** The result of one check. */
export interface Check {
  name: string;
  /** A check that could not be made is skipped. A warning doesn't fail the command. */
  status: "ok" | "warning" | "failed" | "skipped";
  detail: string;
  /** The next step. Undefined if the check is ok, or if `detail` has it. */
  remedy?: string;
}
