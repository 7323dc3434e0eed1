import { isSameScope } from "../iam/policy";
import type { Policy } from "../iam/types";
import { withAccounts } from "../provider/check/normalize";
import { checkRules } from "../provider/check/rules";
import { validate } from "../provider/check/validate";
import { scopeDifferences, toInputs, toPolicyBody } from "../provider/policy-mapping";
import type { Inputs } from "../provider/types";
import type { Authorization } from "../results";

/**
 * Returns the reason why no program can declare an authorization as IAM has it, or `undefined` if one can. IBM's Terraform
 * provider sends every value as written, for example the CRN of an instance instead of its GUID. A single such resource
 * would stop the preview of the whole program.
 */
export function whyNotDeclarable(authorization: Authorization, policy: Policy): string | undefined {
  const { source, target } = authorization;
  const named = source.accountId === undefined ? undefined : target.accountId;
  if (named === undefined) {
    const side = source.accountId === undefined ? "source" : "target";
    return `no program can declare it: its ${side} names no account`;
  }
  const { failures, inputs } = validate({ ...toInputs(authorization) });
  const [failure] = [...failures, ...checkRules(inputs)];
  if (failure) return `no program can declare it: ${failure.reason}`;
  const declared = withAccounts(inputs as Inputs, named);
  if (isSameScope(policy, toPolicyBody(declared, policy.roleIds))) return undefined;
  return `no program can declare it. ${scopeDifferences(authorization, declared)}`;
}
