import type { Bound } from "./bounds";
import type { Counted } from "./calls";
import { tableOf } from "./table";

/**
 * The calls of IBM's Terraform provider (2.5.0) for one `ibm_iam_authorization_policy`, recorded against the same emulator.
 * Nothing here runs Terraform.
 */
const TERRAFORM: Record<string, { calls: number; remark?: string }> = {
  create: { calls: 5 },
  "no-op preview": { calls: 4 },
  refresh: { calls: 4 },
  update: { calls: 10 },
  "role reorder": { calls: 10, remark: "needless" },
  description: { calls: 0, remark: "never sent, so there is no limit" },
  destroy: { calls: 5 },
};

/** Returns the minimum number of Terraform's calls: one for the token, and the other calls for each authorization. */
function leastOf(calls: number, size: number): number {
  return 1 + (calls - 1) * size;
}

/** Limits each operation to the calls that Terraform makes for the same work. */
export function terraformBounds(counted: readonly Counted[], part = "calls"): Bound[] {
  return counted.flatMap(({ operation, size, all }) => {
    const { calls = 0 } = TERRAFORM[operation] ?? {};
    if (calls === 0) return [];
    const what = `${operation} of ${size}: all calls, compared with Terraform's`;
    return [{ part, what, measured: all, atMost: leastOf(calls, size), unit: "calls" }];
  });
}

/** Compares the calls for one authorization; ours include tokens and roles. */
export function terraformTable(counted: readonly Counted[]): string {
  const rows = Object.entries(TERRAFORM).map(([operation, { calls, remark = "" }]) => {
    const ours = counted.find((each) => each.operation === operation && each.size === 1);
    return [operation, String(ours?.all ?? ""), String(ours?.policies ?? ""), String(calls), remark];
  });
  return tableOf(["one authorization", "ours", "of these for policies", "Terraform", ""], rows);
}
