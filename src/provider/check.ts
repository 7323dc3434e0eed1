import { setTimeout as sleep } from "node:timers/promises";
import type { Iam } from "../iam";
import type { Pair } from "../iam/roles";
import { ALL, type Inputs } from "./inputs";
import { checkAccounts, needsAccount, normalForm, type Facts } from "./normal-form";
import { checkRules } from "./rules";
import { checkShape, type Failure } from "./shape";
import { holdsUnknown } from "./unknown";

/** How long a preview waits for what only IAM can tell, in milliseconds. */
const PATIENCE = 10_000;

/**
 * Refuses what cannot be right, all of it at once, and brings the rest to its normal form. IAM is asked only for what
 * cannot be told without it: whose a CRN's account is, and what a role's CRN is called. When it does not answer, `create`
 * asks again.
 */
export async function checkInputs(
  iam: Iam,
  written: Record<string, unknown>,
): Promise<{ inputs: object; failures: Failure[] }> {
  const { failures, shaped } = checkShape(written);
  failures.push(...checkRules(shaped));
  if (failures.length > 0) return { inputs: written, failures };
  const inputs = shaped as Inputs;
  const facts = await askFacts(iam, inputs);
  const refused = checkAccounts(inputs, facts);
  return refused.length > 0
    ? { inputs: written, failures: refused }
    : { inputs: normalForm(inputs, facts), failures: [] };
}

async function askFacts(iam: Iam, inputs: Inputs): Promise<Facts> {
  const accountId = iam.expectedAccountId;
  const open = [inputs.source, inputs.target].some(
    (side) => !holdsUnknown(side) && needsAccount(side, { accountId }),
  );
  const named = !holdsUnknown(inputs.roles) && inputs.roles.some((role) => role.startsWith("crn:"));
  const pair = pairOf(normalForm(inputs, {}));
  return {
    accountId: open ? (await answered(iam.identity()))?.accountId : accountId,
    roles: named && pair ? await answered(iam.offeredRoles(pair)) : undefined,
  };
}

/** Without an answer in time the preview goes on: `create` asks again, and waits. */
async function answered<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  const tooLate = new AbortController();
  const waited = sleep(PATIENCE, undefined, { signal: tooLate.signal });
  try {
    return await Promise.race([asked, waited]);
  } catch {
    return undefined;
  } finally {
    tooLate.abort();
    waited.catch(() => undefined);
  }
}

/** The two services of inputs in normal form; `undefined` while they are not known. */
export function pairOf({ source, target }: Inputs): Pair | undefined {
  if (holdsUnknown(source) || holdsUnknown(target)) return undefined;
  const named = (serviceName: string | undefined) => (serviceName === ALL ? undefined : serviceName);
  return { source: named(source.serviceName), target: named(target.serviceName) };
}
