/** The parts of a Cloud Resource Name that tell where an instance is. */
export interface Crn {
  serviceName: string;
  /** Absent in the CRN of something that belongs to no account. */
  accountId?: string;
  /** The instance's GUID; absent where the service has no instances. */
  serviceInstance?: string;
  /** Kind and id of a resource inside the instance: `bucket`, `key`, … */
  resourceType?: string;
  resource?: string;
}

/**
 * Takes a CRN apart: `crn:v1:<cname>:<ctype>:<service>:<region>:a/<account>:<instance>:<type>:<resource>`.
 * Source: IBM Cloud docs, "Cloud Resource Names".
 *
 * @returns `undefined` when it is not one
 */
export function parseCrn(text: string): Crn | undefined {
  const [scheme, version, cname, , serviceName, , scope, serviceInstance, resourceType, ...resource] =
    text.split(":");
  if (scheme !== "crn" || version !== "v1" || !cname || !serviceName) return undefined;
  if (
    scope === undefined ||
    serviceInstance === undefined ||
    resourceType === undefined ||
    resource.length === 0
  )
    return undefined;
  if (scope !== "" && !/^[aos]\/.+$/.test(scope)) return undefined;
  return {
    serviceName,
    accountId: scope.startsWith("a/") ? scope.slice(2).toLowerCase() : undefined,
    serviceInstance: serviceInstance || undefined,
    resourceType: resourceType || undefined,
    resource: resource.join(":") || undefined,
  };
}

/** Whether a text is meant as a CRN. */
export function looksLikeCrn(text: string): boolean {
  return /^\s*crn:/i.test(text);
}
