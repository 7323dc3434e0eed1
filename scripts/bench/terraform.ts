import recorded from "../../test/generate/fixtures/terraform/calls.json";
import type { Bound } from "./bounds";
import type { Counted } from "./calls";
import { tableOf } from "./table";

interface Compared {
  calls: readonly string[];
  /** The reason why these calls don't limit ours. */
  noLimit?: string;
  remark?: string;
}

/**
 * The calls of IBM's Terraform provider (2.5.0) for one `ibm_iam_authorization_policy`, recorded against the emulator. A
 * preview is compared with `terraform plan`, any other operation with `terraform apply` of a saved plan. The calls of a
 * refresh are those of `terraform plan -refresh-only`: the apply after it only writes the state.
 */
const TERRAFORM: Record<string, Compared> = {
  preview: { calls: recorded.create.plan, noLimit: "compares nothing with IAM" },
  create: { calls: recorded.create.apply },
  "no-op preview": { calls: recorded["no changes"].plan },
  refresh: { calls: recorded.refresh.plan },
  update: { calls: recorded["change roles"].apply },
  "role reorder": { calls: recorded["reorder roles"].apply, remark: "needless" },
  description: { calls: recorded["change only the description"].apply, noLimit: "never sent" },
  destroy: { calls: recorded.destroy.apply },
};

/** Returns the number of Terraform's calls: those for tokens once, and the other calls for each authorization. */
function callsOf(calls: readonly string[], size: number): number {
  const tokens = calls.filter((operation) => operation === "token").length;
  return tokens + (calls.length - tokens) * size;
}

/** Limits each operation to the calls that Terraform makes for the same work. */
export function terraformBounds(counted: readonly Counted[], part = "calls"): Bound[] {
  return counted.flatMap(({ operation, size, all }) => {
    const { calls, noLimit } = TERRAFORM[operation] ?? {};
    if (calls === undefined || noLimit !== undefined) return [];
    const what = `${operation} of ${size}: all calls, compared with Terraform's`;
    return [{ part, what, measured: all, atMost: callsOf(calls, size), unit: "calls" }];
  });
}

/** Compares the calls for one authorization; ours include tokens and roles. */
export function terraformTable(counted: readonly Counted[]): string {
  const rows = Object.entries(TERRAFORM).map(([operation, { calls, noLimit, remark = noLimit ?? "" }]) => {
    const ours = counted.find((each) => each.operation === operation && each.size === 1);
    return [
      operation,
      String(ours?.all ?? ""),
      String(ours?.policies ?? ""),
      String(callsOf(calls, 1)),
      remark,
    ];
  });
  return tableOf(["one authorization", "ours", "of these for policies", "Terraform", ""], rows);
}
