import { CodedError, isOutcomeUnknown } from "../shared/coded-error";
import { changesPolicy, diffInputs } from "./diff";
import { outcomeUnknownError } from "./errors";
import { readAuthorization } from "./read";
import { requireAccount } from "./resolve";
import type { Context, State } from "./types";

const MAY_BE_DELETED =
  "IAM may have deleted it: run the same command again, or pulumi refresh before the next pulumi up";

/** Deletes the authorization. It succeeds if the policy is gone, or if another resource of this run owns it. */
export async function deleteAuthorization(context: Context, id: string, state: State): Promise<void> {
  const { iam, ownership, urn, wait, log } = context;
  if (await isLeftAlone()) return;
  await requireAccount(iam, state);
  if (state.template) {
    throw new CodedError(
      "managed-elsewhere",
      "an enterprise policy template manages it: remove its assignment instead",
    );
  }
  await wait(state.settle?.beforeDelete ?? 0);
  // The delete is registered before the owner is checked again, so that no resource can take the policy over in between.
  const deletion = ownership.startDelete(id);
  try {
    if (await isLeftAlone()) {
      deletion.cancel();
      return;
    }
    await iam.deletePolicy(id, state);
    deletion.done();
  } catch (error) {
    if (isOutcomeUnknown(error)) throw outcomeUnknownError(error, MAY_BE_DELETED);
    deletion.cancel();
    throw error;
  }

  /** Returns true if the policy is deleted already, or has another owner. */
  async function isLeftAlone(): Promise<boolean> {
    if (ownership.isDeleted(id)) return true;
    if (!ownership.isOwned(id) || ownership.isReplacedBy(id, urn)) return false;
    await requireMatch();
    log(`Authorization ${id} stays in IAM: another resource of this program owns it.`);
    return true;
  }

  /**
   * Checks that the policy still matches the resource that keeps it. If two resources had this policy in state, the other
   * one may have changed it. @throws CodedError if it differs
   */
  async function requireMatch(): Promise<void> {
    const inputs = ownership.unconfirmedInputs(id);
    const now = inputs && (await readAuthorization(context, id, state)).props;
    if (!now || !diffInputs(now, inputs).changed.some(changesPolicy)) return;
    throw new CodedError(
      "held-twice",
      "another resource of this program owns it too, and the policy in IAM differs from what that resource declares: run pulumi refresh, then pulumi up",
    );
  }
}
