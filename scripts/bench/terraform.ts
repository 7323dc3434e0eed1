import type { Counted } from "./calls";
import { tableOf } from "./table";

/**
 * How many calls IBM's Terraform provider makes for one `ibm_iam_authorization_policy`, as they are on record for the same
 * emulator setting; nothing here runs Terraform.
 */
const TERRAFORM: Record<string, { calls: number; remark?: string }> = {
  create: { calls: 5 },
  "no-op preview": { calls: 4 },
  update: { calls: 10 },
  "role reorder": { calls: 10, remark: "needless" },
  description: { calls: 0, remark: "the change is never sent" },
  destroy: { calls: 5 },
};

/** Both beside each other; ours counts every request, tokens and look-ups too. */
export function terraformTable(counted: readonly Counted[]): string {
  const rows = Object.entries(TERRAFORM).map(([operation, { calls, remark = "" }]) => {
    const ours = counted.find((each) => each.operation === operation && each.size === 1);
    return [operation, String(ours?.all ?? ""), String(ours?.policies ?? ""), String(calls), remark];
  });
  return tableOf(["one authorization", "ours", "of these for policies", "Terraform", ""], rows);
}
