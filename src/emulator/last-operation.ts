import type { InstanceState } from "./resource-instance";

/** What was done last to an instance. Source: IBM's SDK, `ResourceInstanceLastOperation`. */
export interface LastOperation {
  type: "create" | "delete";
  state: "in progress" | "succeeded" | "failed";
  async: boolean;
  description: string;
  cancelable: boolean;
  poll: boolean;
}

const GOING_ON: InstanceState[] = ["provisioning", "pre_provisioning", "pending_removal"];
const DELETED: InstanceState[] = ["removed", "pending_removal", "pending_reclamation"];

/** The operation that brought an instance to its state. It is never `async`: clients go by the instance's state then. */
export function lastOperationOf(instance: InstanceState): LastOperation {
  const type = DELETED.includes(instance) ? "delete" : "create";
  const ended = instance === "failed" ? "failed" : "succeeded";
  const state = GOING_ON.includes(instance) ? "in progress" : ended;
  return { type, state, async: false, description: `${type} ${state}`, cancelable: false, poll: false };
}
