import { parseCrn } from "./crn";
import type { Failure } from "./shape";
import { UNKNOWN } from "./unknown";

/** What a CRN says by itself. */
const SAID = ["serviceName", "serviceInstance", "resourceGroupId", "resourceType", "resource"];

/**
 * Writes a side that is given as one CRN property by property: an instance's, or that of a key, a bucket or whatever else is
 * inside one. What else stands beside the CRN narrows further.
 */
export function withoutWholeCrns(written: Record<string, unknown>): {
  written: Record<string, unknown>;
  failures: Failure[];
} {
  const failures: Failure[] = [];
  const expanded = ["source", "target"].flatMap((name) => {
    const side = written[name];
    if (typeof side !== "object" || side === null || !("crn" in side)) return [];
    const { crn, ...rest } = side;
    if (crn === undefined || crn === null) return [[name, rest] as const];
    if (crn === UNKNOWN) return [[name, UNKNOWN] as const];
    const failure = refused(name, crn, rest);
    if (failure === undefined) return [[name, { ...sideOf(crn as string), ...rest }] as const];
    failures.push(failure);
    return [[name, UNKNOWN] as const];
  });
  return { written: { ...written, ...Object.fromEntries(expanded) }, failures };
}

function refused(name: string, crn: unknown, rest: object): Failure | undefined {
  const property = `${name}.crn`;
  if (typeof crn !== "string" || !parseCrn(crn)) {
    return {
      property,
      reason: `${property} is not a CRN that can be read: an instance's is crn:v1:bluemix:public:<service>:<region>:a/<account>:<GUID>::`,
    };
  }
  const beside = SAID.find((key) => Object.hasOwn(rest, key));
  if (beside === undefined) return undefined;
  return {
    property,
    reason: `${property} says ${beside} already: write one of ${property} and ${name}.${beside}`,
  };
}

/** The instance stays a CRN, so that whose it is can be checked as for any other. */
function sideOf(text: string): object {
  const { serviceName, resourceType, resource } = parseCrn(text) ?? {};
  const instance = `${text.split(":").slice(0, 8).join(":")}::`;
  return {
    serviceName,
    serviceInstance: instance,
    ...(resourceType !== undefined && { resourceType }),
    ...(resource !== undefined && { resource }),
  };
}
