import { CodedError, isOutcomeUnknown } from "../../shared/coded-error";
import { changes, touchesIam } from "../changes";
import type { State } from "../policy";
import { unknownOutcome } from "./half-made";
import { readAuthorization } from "./read";
import type { Run } from "./run";
import { refuseOtherAccount } from "./settled";

const MAYBE_GONE =
  "IAM may have removed it all the same: run the same again, or pulumi refresh before another pulumi up";

/** Removes the authorization; done when IAM does not hold it any more, or another resource of this run holds it. */
export async function deleteAuthorization(run: Run, id: string, held: State): Promise<void> {
  const { iam, claims, wait, say } = run;
  if (await isLeft()) return;
  await refuseOtherAccount(iam, held);
  if (held.template)
    throw new CodedError(
      "managed-elsewhere",
      "an enterprise policy template manages it: remove its assignment instead",
    );
  await wait(held.settle?.beforeDelete ?? 0);
  // Noted before it is looked whether another resource has it: from here on none takes it.
  const spare = claims.remove(id);
  try {
    if (await isLeft()) {
      spare();
      return;
    }
    await iam.deletePolicy(id, held);
    claims.removed(id);
  } catch (error) {
    if (isOutcomeUnknown(error)) throw unknownOutcome(error, MAYBE_GONE);
    spare();
    throw error;
  }

  async function isLeft(): Promise<boolean> {
    if (claims.isRemoved(id)) return true;
    if (!claims.holds(id)) return false;
    await refuseDoubt();
    say(`The authorization ${id} stays in IAM: another resource of this program holds it.`);
    return true;
  }

  /** Where two resources held one policy, the one that stays may not know what the other one made of it. */
  async function refuseDoubt(): Promise<void> {
    const declared = claims.declaredOf(id);
    const now = declared && (await readAuthorization(run, id, held)).props;
    if (!now || !changes(now, declared).changed.some(touchesIam)) return;
    throw new CodedError(
      "held-twice",
      "another resource of this program holds it too, and IAM holds something else than that one declares: run pulumi refresh, then pulumi up",
    );
  }
}
