import { PACKAGED_TYPE } from "../shared/resource-types";
import type { TakenOver } from "./types";

/**
 * Writes a file for `pulumi import --file`, which imports authorizations into the packaged provider. `pulumi import` can't import
 * a dynamic resource.
 */
export function importFile(taken: readonly TakenOver[]): string {
  const resources = taken.map(({ name, authorization }) => ({
    type: PACKAGED_TYPE,
    name,
    id: authorization.id,
  }));
  return `${JSON.stringify({ resources }, undefined, 2)}\n`;
}
