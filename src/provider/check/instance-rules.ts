import { looksLikeCrn, parseCrn, type Crn } from "../../shared/crn";
import { ALL, UNKNOWN } from "../values";
import { hasUnknownAttributes, knownAttributes } from "./attribute-rules";
import { failure, type Rule, type Side } from "./rule";

/** IBM's own Terraform modules check GUIDs like this. */
function isGuid(text: string): boolean {
  return /^[A-Za-z0-9-]+$/.test(text);
}

/** Returns the CRN in `serviceInstance`, if it is one. `crn` is undefined if it can't be parsed. */
function instanceCrn({ values: { serviceInstance } }: Side): { crn?: Crn } | undefined {
  if (serviceInstance === undefined || !looksLikeCrn(serviceInstance)) return undefined;
  return { crn: parseCrn(serviceInstance) };
}

const instanceOrGroup: Rule = ({ name, values: { serviceInstance, resourceGroupId } }) => {
  if (serviceInstance === undefined || resourceGroupId === undefined) return undefined;
  if (serviceInstance === UNKNOWN || resourceGroupId === UNKNOWN) return undefined;
  return failure(
    `${name}.resourceGroupId`,
    `must not be combined with ${name}.serviceInstance: remove one of them`,
  );
};

const breadthIsExplicit: Rule = (side) => {
  const { name, values } = side;
  if (values.serviceInstance !== undefined || values.resourceGroupId !== undefined) return undefined;
  if (hasUnknownAttributes(side)) return undefined;
  const narrowing = ["serviceInstance", "resourceGroupId"];
  if (knownAttributes(side).some(({ key }) => narrowing.includes(key))) return undefined;
  return failure(
    `${name}.serviceInstance`,
    `is missing (or undefined): write ${name}.serviceInstance: "<GUID or CRN>" for one instance, "${ALL}" for all of them, or ${name}.resourceGroupId for those of a resource group`,
  );
};

const instanceIsId: Rule = (side) => {
  const { name, values } = side;
  const property = `${name}.serviceInstance`;
  const written = values.serviceInstance;
  if (written === undefined || written === UNKNOWN || written === ALL) return undefined;
  const found = instanceCrn(side);
  if (!found) {
    if (isGuid(written)) return undefined;
    return failure(
      property,
      'is neither a GUID nor a CRN: write the instance\'s GUID, its CRN, or "*" for all instances',
    );
  }
  const { crn } = found;
  if (!crn) {
    return failure(
      property,
      "is not a valid CRN: the CRN of an instance has the form crn:v1:bluemix:public:<service>:<region>:a/<account>:<GUID>::",
    );
  }
  if (crn.resourceType !== undefined || crn.resource !== undefined) {
    const parts = [
      `serviceInstance: "${crn.serviceInstance ?? ALL}"`,
      ...(crn.resourceType === undefined ? [] : [`resourceType: "${crn.resourceType}"`]),
      ...(crn.resource === undefined ? [] : [`resource: "${crn.resource}"`]),
    ];
    return failure(property, `is the CRN of a resource, not of an instance: write ${parts.join(", ")}`);
  }
  if (crn.serviceInstance === undefined || !isGuid(crn.serviceInstance)) {
    return failure(property, "is a CRN without an instance");
  }
  return crn.accountId === undefined ? failure(property, "is a CRN without an account") : undefined;
};

const instanceIsOfService: Rule = (side) => {
  const crn = instanceCrn(side)?.crn;
  const { serviceName } = side.values;
  if (!crn || serviceName === undefined || serviceName === UNKNOWN || serviceName === ALL) return undefined;
  if (crn.serviceName === serviceName) return undefined;
  return failure(
    `${side.name}.serviceInstance`,
    `is a CRN of ${crn.serviceName}, but ${side.name}.serviceName is ${serviceName}`,
  );
};

const instanceIsOfAccount: Rule = (side) => {
  const crn = instanceCrn(side)?.crn;
  const { accountId } = side.values;
  if (!crn?.accountId || accountId === undefined || accountId === UNKNOWN) return undefined;
  if (accountId === crn.accountId) return undefined;
  return failure(
    `${side.name}.serviceInstance`,
    `is a CRN of account ${crn.accountId}, but ${side.name}.accountId is ${accountId}`,
  );
};

export const INSTANCE_RULES: readonly Rule[] = [
  instanceOrGroup,
  breadthIsExplicit,
  instanceIsId,
  instanceIsOfService,
  instanceIsOfAccount,
];
