import type { State } from "../policy";
import type { Run } from "./run";
import { refuseOtherAccount } from "./settled";

/** Removes the authorization; done when IAM does not hold it any more, or another resource of this run holds it. */
export async function deleteAuthorization(
  { iam, claims, wait, say }: Run,
  id: string,
  held: State,
): Promise<void> {
  if (isLeft()) return;
  await refuseOtherAccount(iam, held);
  if (held.template)
    throw new Error("an enterprise policy template manages it: remove its assignment instead");
  await wait(held.settle?.beforeDelete ?? 0);
  if (isLeft()) return;
  await iam.deletePolicy(id, held);
  claims.removed(id);

  function isLeft(): boolean {
    if (claims.isRemoved(id)) return true;
    if (!claims.holds(id)) return false;
    say(`The authorization ${id} stays in IAM: another resource of this program holds it.`);
    return true;
  }
}
