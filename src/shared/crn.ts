/** The parts of a Cloud Resource Name that locate a service instance, or a resource inside one. */
export interface Crn {
  serviceName: string;
  /** Undefined for resources that belong to no account. */
  accountId?: string;
  /** The instance's GUID. Undefined if the service has no instances. */
  serviceInstance?: string;
  /** The kind of a resource inside the instance: `bucket`, `key`, … */
  resourceType?: string;
  /** The id of that resource. */
  resource?: string;
}

/**
 * Parses a CRN: `crn:v1:<cname>:<ctype>:<service>:<region>:a/<account>:<instance>:<type>:<resource>`.
 * Source: IBM Cloud docs, "Cloud Resource Names".
 *
 * @returns `undefined` if the text is not a CRN
 */
export function parseCrn(text: string): Crn | undefined {
  const [scheme, version, cname, , serviceName, , scope, serviceInstance, resourceType, ...resource] =
    text.split(":");
  if (scheme !== "crn" || version !== "v1" || !cname || !serviceName) return undefined;
  if (scope === undefined || serviceInstance === undefined || resourceType === undefined) return undefined;
  if (resource.length === 0 || (scope !== "" && !/^[aos]\/.+$/.test(scope))) return undefined;
  return {
    serviceName,
    accountId: scope.startsWith("a/") ? scope.slice(2).toLowerCase() : undefined,
    serviceInstance: serviceInstance || undefined,
    resourceType: resourceType || undefined,
    resource: resource.join(":") || undefined,
  };
}

/** Returns true if a string is meant to be a CRN, well formed or not. */
export function looksLikeCrn(text: string): boolean {
  return /^\s*crn:/i.test(text);
}
