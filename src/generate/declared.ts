import { toInputs } from "../provider/policy-mapping";
import type { TakenOver } from "./types";

/** The resource options of each resource: Pulumi must not delete what it has just taken over. */
export const PROTECTED = { protect: true };

/** Returns the arguments with which a program takes over an authorization without a change. */
export function declaredArgs({ authorization, credentials }: TakenOver): object {
  const { source, target, roles, description } = toInputs(authorization);
  return { source, target, roles, description, adopt: authorization.id, credentials };
}
