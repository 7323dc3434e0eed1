import type { Inputs, State } from "../provider/types";
import { UNKNOWN } from "../provider/values";
import { mapMetadata } from "../shared/policy-fields";

/** Returns the outputs that a preview knows of an authorization that will be created: its inputs. */
export function createdOutputs({ source, target, roles = UNKNOWN as never, ...others }: Inputs): object {
  const computed = mapMetadata(() => UNKNOWN);
  return { ...computed, source: withAccount(source), target: withAccount(target), roles, ...others };
}

/**
 * Returns the outputs that are known before an update: all except the time and author of the last change.
 */
export function updatedOutputs(
  state: State,
  { source, target, roles = state.roles, ...others }: Inputs,
): object {
  const { description, adopt, settle, credentials, ...kept } = state;
  return { ...kept, roles, ...others, lastModifiedAt: UNKNOWN, lastModifiedById: UNKNOWN };
}

function withAccount(side: object): object {
  return typeof side === "object" ? { accountId: UNKNOWN, ...side } : side;
}
