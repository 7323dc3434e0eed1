import type { Answer, Client } from "./client";
import { propagationLeft, type Written } from "./clock";
import type { Deadline } from "./deadline";
import { IamError, inDoubt, notIamsAnswer } from "./errors";
import { isOver, lookUp, notShown } from "./policies";
import { pollUntil } from "./retry";

/** Deletes a policy; done when IAM does not hold it any more. A young one that IAM does not show yet is waited for. */
export async function deletePolicy(
  client: Client,
  id: string,
  deadline: Deadline,
  written: Written = {},
): Promise<void> {
  let unknownSince: number | undefined;
  /** Deletes it once. `left`: where IAM holds none, how long one may still come to be shown. */
  const remove = async (): Promise<{ isGone: boolean; left: number }> => {
    try {
      await client.write((service) => service.deleteV2Policy({ id }), toDeleted, deadline, true);
      return { isGone: true, left: 0 };
    } catch (error) {
      if (!(error instanceof IamError) || !error.isNotFound) throw error;
      // An earlier try may have deleted it.
      unknownSince ??= error.unknownSince;
      const left = propagationLeft(written, error.told.answeredAt, client.pace.propagation);
      if (error.isPolicyNotFound && left <= 0) return { isGone: true, left };
      const { policy } = await lookUp(client, id, deadline);
      if (policy && policy.state !== "deleted" && !error.isPolicyNotFound) throw error;
      return { isGone: policy?.state === "deleted" || left <= 0, left };
    }
  };
  try {
    const around = { deadline, pace: client.pace };
    const { isGone } = await pollUntil(
      remove,
      (each) => each.isGone,
      (each) => each.left,
      around,
    );
    // Where the wait was over while IAM was asked, the next answer counts.
    if (!isGone && (isOver(deadline) || !(await remove()).isGone)) throw notShown(id, {});
  } catch (error) {
    throw inDoubt(error, unknownSince);
  }
}

function toDeleted({ status, headers }: Answer): void {
  if (status !== 204) throw notIamsAnswer("deleting a policy", headers);
}
