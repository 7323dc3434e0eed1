import { looksLikeCrn, parseCrn, type Crn } from "../../shared/crn";
import { isScopeAttribute, SCOPE_ATTRIBUTES } from "../../shared/policy-fields";
import type { CheckFailure, Source, Target } from "../types";
import { ALL, UNKNOWN } from "../values";
import { isGroupId, isInstanceId } from "./ids";
import { refuseName } from "./names";

/** One side of the inputs. Unknown and refused properties are `UNKNOWN`. */
export interface Side {
  name: "source" | "target";
  values: Partial<Source & Target>;
}

/** Checks one side. */
export type Rule = (side: Side) => CheckFailure | undefined;

/** @param predicate the reason. It follows the property's name. */
export function failure(property: string, predicate: string): CheckFailure {
  return { property, reason: `${property} ${predicate}` };
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
    if (isInstanceId(written, values.serviceName)) return undefined;
    return refuseName(name, "serviceInstance", values);
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
  // The services define the format of this part of a CRN.
  if (crn.serviceInstance === undefined || !/^[A-Za-z0-9-]+$/.test(crn.serviceInstance)) {
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

const groupIsId: Rule = ({ name, values }) => {
  const { resourceGroupId: id } = values;
  if (id === undefined || id === UNKNOWN || id === ALL || looksLikeCrn(id) || isGroupId(id)) return undefined;
  return refuseName(name, "resourceGroupId", values);
};

export const INSTANCE_RULES: readonly Rule[] = [
  instanceOrGroup,
  breadthIsExplicit,
  instanceIsId,
  groupIsId,
  instanceIsOfService,
  instanceIsOfAccount,
];

/** Returns the known attributes of a side. */
function knownAttributes({ values }: Side) {
  const attributes: unknown = values.attributes;
  if (!Array.isArray(attributes)) return [];
  return values.attributes?.filter((each: unknown) => each !== UNKNOWN) ?? [];
}

function hasUnknownAttributes({ values }: Side): boolean {
  const attributes: unknown = values.attributes;
  if (attributes === UNKNOWN) return true;
  const hasUnknownKey = (each: unknown) =>
    typeof each === "object" && each !== null && "key" in each && each.key === UNKNOWN;
  return Array.isArray(attributes) && attributes.some((each) => each === UNKNOWN || hasUnknownKey(each));
}

/**
 * Returns all attributes of a side, including unknown ones, so that indexes stay correct. An unknown attribute is not an
 * object.
 */
function attributesOf({ values }: Side): unknown[] {
  const attributes: unknown = values.attributes;
  return Array.isArray(attributes) ? (attributes as unknown[]) : [];
}

/** Returns a property of an attribute, or `UNKNOWN`. */
function valueOf(attribute: unknown, property: "key" | "operator" | "value"): unknown {
  if (typeof attribute !== "object" || attribute === null) return UNKNOWN;
  return (attribute as Partial<Record<string, unknown>>)[property];
}

const keysAreUnique: Rule = (side) => {
  const keys = attributesOf(side).map((each) => valueOf(each, "key"));
  const index = keys.findIndex(
    (key, at) =>
      typeof key === "string" &&
      key !== UNKNOWN &&
      (keys.indexOf(key) < at || Object.hasOwn(side.values, key)),
  );
  if (index < 0) return undefined;
  return failure(
    `${side.name}.attributes[${index}].key`,
    `is ${String(keys[index])}, which this side already has`,
  );
};

/** An attribute must not bypass the rules of a property. */
const propertiesAreUsed: Rule = (side) => {
  const index = attributesOf(side).findIndex((each) => {
    const operator = valueOf(each, "operator") ?? "stringEquals";
    const value = valueOf(each, "value");
    const isProperty = isScopeAttribute(valueOf(each, "key")) && operator === "stringEquals";
    return isProperty && value !== ALL && value !== UNKNOWN;
  });
  if (index < 0) return undefined;
  const key = String(valueOf(attributesOf(side)[index], "key"));
  return failure(
    `${side.name}.attributes[${index}]`,
    `sets ${key}, which has a property: use ${side.name}.${key} instead`,
  );
};

/** A list of ids has no property of its own. IAM compares it with GUIDs, so that a CRN in it would match nothing. */
const listedIdsAreIds: Rule = (side) => {
  for (const [index, each] of attributesOf(side).entries()) {
    const isId = ID_CHECKS.get(valueOf(each, "key"));
    const value = valueOf(each, "value");
    if (!isId || valueOf(each, "operator") !== "stringEqualsAnyOf" || !Array.isArray(value)) continue;
    const at = value.findIndex((id) => id !== ALL && id !== UNKNOWN && !isId(String(id), side));
    if (at >= 0) {
      return failure(
        `${side.name}.attributes[${index}].value[${at}]`,
        "is not an id: write ids, not names or CRNs",
      );
    }
  }
  return undefined;
};

const ID_CHECKS = new Map<unknown, (id: string, side: Side) => boolean>([
  ["serviceInstance", (id, { values }) => isInstanceId(id, values.serviceName)],
  ["resourceGroupId", isGroupId],
]);

const sourceKeysAreKnown: Rule = (side) => {
  if (side.name === "target") return undefined;
  const index = attributesOf(side).findIndex((each) => {
    const key = valueOf(each, "key");
    return typeof key === "string" && key !== UNKNOWN && !isScopeAttribute(key);
  });
  if (index < 0) return undefined;
  const key = String(valueOf(attributesOf(side)[index], "key"));
  return failure(
    `source.attributes[${index}].key`,
    `is ${key}, which IAM does not support on a source: use one of ${SCOPE_ATTRIBUTES.join(", ")}`,
  );
};

const sourceOperatorsAreKnown: Rule = (side) => {
  if (side.name === "target") return undefined;
  const index = attributesOf(side).findIndex((each) => {
    const operator = valueOf(each, "operator");
    return typeof operator === "string" && !["stringEquals", "stringExists", UNKNOWN].includes(operator);
  });
  if (index < 0) return undefined;
  return failure(
    `source.attributes[${index}].operator`,
    "must be stringEquals or stringExists: IAM supports no other operator on a source",
  );
};

export const ATTRIBUTE_RULES: readonly Rule[] = [
  keysAreUnique,
  propertiesAreUsed,
  listedIdsAreIds,
  sourceKeysAreKnown,
  sourceOperatorsAreKnown,
];
