/** The type of the dynamic resource in the Pulumi state. It must never change, or existing stacks lose their resources. */
export const DYNAMIC_TYPE = "pulumi-nodejs:dynamic/ibm:EnAuthorization";

/** The type of the packaged provider's resource. */
export const PACKAGED_TYPE = "ibm-en-authorization:index:EnAuthorization";

/** Returns true if a resource in a stack is an authorization of this package. */
export function isAuthorizationType(type: string): boolean {
  return type === DYNAMIC_TYPE || type === PACKAGED_TYPE;
}
