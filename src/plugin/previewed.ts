import type { Inputs, State } from "../provider/types";
import { UNKNOWN } from "../provider/values";
import { mapMetadata } from "../shared/policy-fields";

/** Returns the outputs that a preview knows of an authorization that will be created: its inputs. */
export function createdOutputs({ source, target, roles = UNKNOWN as never, ...others }: Inputs): object {
  const computed = mapMetadata(() => UNKNOWN);
  return { ...computed, source: withAccount(source), target: withAccount(target), roles, ...others };
}

/** The outputs that an update never changes. */
export const STABLE = ["source", "target", "state", "href", "createdAt", "createdById"];

/** Returns the outputs that are known before an update. An output that IAM changes with it, such as its time, is unknown. */
export function updatedOutputs(
  state: State,
  { source, target, roles = state.roles, ...others }: Inputs,
): object {
  const { description, adopt, settle, credentials, ...kept } = state;
  const metadata = mapMetadata((key) => (STABLE.includes(key) ? state[key] : UNKNOWN));
  return { ...kept, ...metadata, roles, ...others };
}

function withAccount(side: object): object {
  return typeof side === "object" ? { accountId: UNKNOWN, ...side } : side;
}
