import { looksLikeCrn, parseCrn } from "../crn";
import { ALL } from "../inputs";
import { UNKNOWN } from "../unknown";
import { hasUnknownAttributes, knownAttributes } from "./attributes";
import { refusal, type Rule, type Side } from "./side";

/** IBM's own modules check instances by this. */
function isGuid(text: string): boolean {
  return /^[A-Za-z0-9-]+$/.test(text);
}

/** The CRN in `serviceInstance`, with a failure where it is none. */
function instanceCrn({ is }: Side) {
  const written = is.serviceInstance;
  return written !== undefined && looksLikeCrn(written) ? { crn: parseCrn(written) } : undefined;
}

export const instanceOrGroup: Rule = ({ name, is }) => {
  if (is.serviceInstance === undefined || is.resourceGroupId === undefined) return undefined;
  if (is.serviceInstance === UNKNOWN || is.resourceGroupId === UNKNOWN) return undefined;
  return refusal(
    `${name}.resourceGroupId`,
    `cannot stand beside ${name}.serviceInstance: a side is narrowed by an instance or by a resource group. Write one of them`,
  );
};

export const breadthIsWritten: Rule = (side) => {
  const { name, is } = side;
  if (is.serviceInstance !== undefined || is.resourceGroupId !== undefined) return undefined;
  if (hasUnknownAttributes(side)) return undefined;
  if (knownAttributes(side).some(({ key }) => key === "serviceInstance" || key === "resourceGroupId"))
    return undefined;
  return refusal(
    `${name}.serviceInstance`,
    `is missing (or undefined): write ${name}.serviceInstance: "<GUID or CRN>" for one instance, "${ALL}" for all of them, or ${name}.resourceGroupId for those of a resource group`,
  );
};

export const instanceIsOne: Rule = (side) => {
  const { name, is } = side;
  const property = `${name}.serviceInstance`;
  const written = is.serviceInstance;
  if (written === undefined || written === UNKNOWN || written === ALL) return undefined;
  const found = instanceCrn(side);
  if (!found) {
    if (isGuid(written)) return undefined;
    return refusal(
      property,
      'is neither a GUID nor a CRN: write the instance\'s GUID, its CRN, or "*" for all instances',
    );
  }
  const { crn } = found;
  if (!crn) {
    return refusal(
      property,
      "is not a CRN that can be read: an instance's is crn:v1:bluemix:public:<service>:<region>:a/<account>:<GUID>::",
    );
  }
  if (crn.resourceType !== undefined || crn.resource !== undefined) {
    const inside = [
      `serviceInstance: "${crn.serviceInstance ?? ALL}"`,
      ...(crn.resourceType === undefined ? [] : [`resourceType: "${crn.resourceType}"`]),
      ...(crn.resource === undefined ? [] : [`resource: "${crn.resource}"`]),
    ];
    return refusal(property, `names a resource, not an instance: write ${inside.join(", ")}`);
  }
  if (crn.serviceInstance === undefined || !isGuid(crn.serviceInstance)) {
    return refusal(property, "is a CRN without an instance in it");
  }
  if (crn.accountId === undefined) return refusal(property, "is a CRN without an account in it");
  return undefined;
};

export const instanceIsOfService: Rule = (side) => {
  const crn = instanceCrn(side)?.crn;
  const { serviceName } = side.is;
  if (!crn || serviceName === undefined || serviceName === UNKNOWN || serviceName === ALL) return undefined;
  if (crn.serviceName === serviceName) return undefined;
  return refusal(
    `${side.name}.serviceInstance`,
    `is a CRN of ${crn.serviceName}, while ${side.name}.serviceName is ${serviceName}`,
  );
};

export const instanceIsOfAccount: Rule = (side) => {
  const crn = instanceCrn(side)?.crn;
  const { accountId } = side.is;
  if (!crn?.accountId || accountId === undefined || accountId === UNKNOWN || accountId === crn.accountId)
    return undefined;
  return refusal(
    `${side.name}.serviceInstance`,
    `is a CRN of the account ${crn.accountId}, while ${side.name}.accountId is ${accountId}`,
  );
};
