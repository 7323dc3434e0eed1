import type { Client } from "./client";
import type { Deadline } from "./deadline";
import { IamError, notVisibleYet, unreadableResponse, withUnknownOutcome } from "./errors";
import { getPolicyOnce } from "./policies";
import { remainingPropagation } from "./policy";
import { pollUntil } from "./retry";
import type { SdkResponse, WriteTimes } from "./types";

/** Deletes a policy. Succeeds if the policy is already gone. Waits for a recent policy that IAM doesn't show yet. */
export async function deletePolicy(
  client: Client,
  id: string,
  deadline: Deadline,
  known: WriteTimes = {},
): Promise<void> {
  const { timeouts } = client;
  let unknownSince: number | undefined;

  /** Deletes once. `left` is the time in which a policy that is not visible yet may still appear, in milliseconds. */
  const attempt = async (): Promise<{ isGone: boolean; left: number }> => {
    try {
      await client.write((service) => service.deleteV2Policy({ id }), parseDeleted, deadline, true);
      return { isGone: true, left: 0 };
    } catch (error) {
      if (!(error instanceof IamError) || !error.isNotFound) throw error;
      // An earlier attempt may have deleted it.
      unknownSince ??= error.unknownSince;
      const left = remainingPropagation(known, error.details.respondedAt, timeouts.propagation);
      if (error.isPolicyNotFound && left <= 0) return { isGone: true, left };
      const { policy } = await getPolicyOnce(client, id, deadline);
      if (policy && policy.state !== "deleted" && !error.isPolicyNotFound) throw error;
      return { isGone: policy?.state === "deleted" || left <= 0, left };
    }
  };
  try {
    const { isGone } = await pollUntil(
      attempt,
      (each) => each.isGone,
      (each) => each.left,
      { deadline, timeouts },
    );
    // The propagation time may have ended during the last attempt: the next one decides.
    if (!isGone && (deadline.isOver() || !(await attempt()).isGone)) throw notVisibleYet(id);
  } catch (error) {
    throw withUnknownOutcome(error, unknownSince);
  }
}

function parseDeleted({ status, headers }: SdkResponse): void {
  if (status !== 204) throw unreadableResponse("deleting a policy", headers);
}
