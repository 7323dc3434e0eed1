import type { TakenOver } from "./types";

/** The resource's type in the packaged provider. `pulumi import` can't import a dynamic resource. */
export const RESOURCE_TYPE = "ibm-en-authorization:index:EnAuthorization";

/** Writes a file for `pulumi import --file`, which imports authorizations into the packaged provider. */
export function importFile(taken: readonly TakenOver[]): string {
  const resources = taken.map(({ name, authorization }) => ({
    type: RESOURCE_TYPE,
    name,
    id: authorization.id,
  }));
  return `${JSON.stringify({ resources }, undefined, 2)}\n`;
}
