import { looksLikeCrn, parseCrn } from "./crn";
import { ALL, EVENT_NOTIFICATIONS, type Source, type Target } from "./inputs";
import { nearest } from "./nearest";
import type { Failure, Shaped } from "./shape";
import { UNKNOWN } from "./unknown";

/** One side, and how its properties are spelt in a sentence. */
interface Side {
  name: "source" | "target";
  is: Partial<Source & Target>;
}

type Rule = (side: Side) => Failure | undefined;

function refusal(property: string, predicate: string): Failure {
  return { property, reason: `${property} ${predicate}` };
}

/** The attributes of a side that are known, whatever is unknown left out. */
function knownAttributes({ is }: Side) {
  const attributes: unknown = is.attributes;
  if (!Array.isArray(attributes)) return [];
  return is.attributes?.filter((each: unknown) => each !== UNKNOWN) ?? [];
}

function hasUnknownAttributes({ is }: Side): boolean {
  const attributes: unknown = is.attributes;
  if (attributes === UNKNOWN) return true;
  return Array.isArray(attributes) && attributes.some((each) => each === UNKNOWN || isKeyUnknown(each));
}

function isKeyUnknown(attribute: unknown): boolean {
  return (
    typeof attribute === "object" && attribute !== null && "key" in attribute && attribute.key === UNKNOWN
  );
}

/** The CRN in `serviceInstance`, with a failure where it is none. */
function instanceCrn({ is }: Side) {
  const written = is.serviceInstance;
  return written !== undefined && looksLikeCrn(written) ? { crn: parseCrn(written) } : undefined;
}

const instanceOrGroup: Rule = ({ name, is }) => {
  if (is.serviceInstance === undefined || is.resourceGroupId === undefined) return undefined;
  if (is.serviceInstance === UNKNOWN || is.resourceGroupId === UNKNOWN) return undefined;
  return refusal(
    `${name}.resourceGroupId`,
    `cannot stand beside ${name}.serviceInstance: a side is narrowed by an instance or by a resource group. Write one of them`,
  );
};

const breadthIsWritten: Rule = (side) => {
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

const instanceIsOne: Rule = (side) => {
  const { name, is } = side;
  const property = `${name}.serviceInstance`;
  const written = is.serviceInstance;
  if (written === undefined || written === UNKNOWN || written === ALL) return undefined;
  const found = instanceCrn(side);
  if (!found) {
    if (/^[A-Za-z0-9-]+$/.test(written)) return undefined;
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
  if (crn.serviceInstance === undefined) return refusal(property, "is a CRN without an instance in it");
  return undefined;
};

const instanceIsOfService: Rule = (side) => {
  const crn = instanceCrn(side)?.crn;
  const { serviceName } = side.is;
  if (!crn || serviceName === undefined || serviceName === UNKNOWN || serviceName === ALL) return undefined;
  if (crn.serviceName === serviceName) return undefined;
  return refusal(
    `${side.name}.serviceInstance`,
    `is a CRN of ${crn.serviceName}, while ${side.name}.serviceName is ${serviceName}`,
  );
};

const instanceIsOfAccount: Rule = (side) => {
  const crn = instanceCrn(side)?.crn;
  const { accountId } = side.is;
  if (!crn?.accountId || accountId === undefined || accountId === UNKNOWN || accountId === crn.accountId)
    return undefined;
  return refusal(
    `${side.name}.serviceInstance`,
    `is a CRN of the account ${crn.accountId}, while ${side.name}.accountId is ${accountId}`,
  );
};

const allIsMeantSomewhere: Rule = ({ name, is }) => {
  const key = (["accountId", "region", "resourceType", "resource"] as const).find((each) => is[each] === ALL);
  return key && refusal(`${name}.${key}`, `cannot be "${ALL}": leave it out, which narrows nothing`);
};

const serviceIsNamed: Rule = ({ name, is }) => {
  if (is.serviceName !== ALL) return undefined;
  if (name === "source" && is.resourceGroupId === undefined) {
    return refusal(
      "source.serviceName",
      `can be "${ALL}" only with source.resourceGroupId: IAM wants one of the two`,
    );
  }
  if (name === "target" && is.resourceType !== UNKNOWN && is.resourceType !== "resource-group") {
    return refusal("target.serviceName", `can be "${ALL}" only with target.resourceType: "resource-group"`);
  }
  return undefined;
};

const idsAreIds: Rule = ({ name, is }) => {
  const key = (["resourceGroupId", "resource"] as const).find((each) => looksLikeCrn(is[each] ?? ""));
  if (!key) return undefined;
  const id = parseCrn(is[key] ?? "")?.resource;
  return refusal(`${name}.${key}`, `is a CRN: write ${id === undefined ? "the id alone" : `"${id}"`}`);
};

const attributesAreOnce: Rule = (side) => {
  const keys = knownAttributes(side).map(({ key }) => key);
  const twice = keys.findIndex((key, at) => {
    return key !== UNKNOWN && (keys.indexOf(key) < at || Object.hasOwn(side.is, key));
  });
  return twice < 0
    ? undefined
    : refusal(
        `${side.name}.attributes[${twice}].key`,
        `is ${String(keys[twice])}, which is written elsewhere on this side too`,
      );
};

const sourceOperators: Rule = (side) => {
  if (side.name === "target") return undefined;
  const at = (side.is.attributes ?? []).findIndex((each: unknown) => {
    if (typeof each !== "object" || each === null || !("operator" in each)) return false;
    return !["stringEquals", "stringExists", UNKNOWN, undefined].includes(
      each.operator as string | undefined,
    );
  });
  return at < 0
    ? undefined
    : refusal(
        `source.attributes[${at}].operator`,
        "must be stringEquals or stringExists: IAM knows no other on a source",
      );
};

const SIDE_RULES: readonly Rule[] = [
  instanceOrGroup,
  breadthIsWritten,
  instanceIsOne,
  instanceIsOfService,
  instanceIsOfAccount,
  allIsMeantSomewhere,
  serviceIsNamed,
  idsAreIds,
  attributesAreOnce,
  sourceOperators,
];

/** One of the two services is Event Notifications; the source's is needed when the target's is. */
function checkPair(source: Partial<Source>, target: Partial<Target>): Failure[] {
  const from = source.serviceName;
  const to = target.serviceName;
  if (from === UNKNOWN || to === UNKNOWN || to === undefined) return [];
  if (to === EVENT_NOTIFICATIONS) {
    if (from !== undefined) return [];
    const predicate = `is missing: say which service may reach ${EVENT_NOTIFICATIONS}, such as "secrets-manager", or "${ALL}" for every service of source.resourceGroupId`;
    return [refusal("source.serviceName", predicate)];
  }
  if (from === undefined || from === EVENT_NOTIFICATIONS) return [];
  const property = nearest(to, [EVENT_NOTIFICATIONS]) ? "target.serviceName" : "source.serviceName";
  const written = property === "target.serviceName" ? to : from;
  return [
    refusal(
      property,
      `is ${written}: one of the two services must be ${EVENT_NOTIFICATIONS}, and ${from} -> ${to} has it on neither side`,
    ),
  ];
}

/** Checks every rule between properties that needs no call. What is unknown, or was refused already, is skipped. */
export function checkRules(inputs: Shaped): Failure[] {
  const sides = (["source", "target"] as const).flatMap((name): Side[] => {
    const is: unknown = inputs[name];
    return is === UNKNOWN ? [] : [{ name, is: inputs[name] as Side["is"] }];
  });
  const failures = sides.flatMap((side) =>
    SIDE_RULES.flatMap((rule) => rule(withDefaultService(side, inputs)) ?? []),
  );
  const [source, target] = sides;
  return source && target ? [...failures, ...checkPair(source.is, target.is)] : failures;
}

/** The source's service is Event Notifications where that is the default, also for the rules. */
function withDefaultService(side: Side, inputs: Shaped): Side {
  if (side.name === "target" || side.is.serviceName !== undefined) return side;
  return { ...side, is: { ...side.is, serviceName: defaultSourceService(inputs) } };
}

/** The service of a source that names none: Event Notifications, unless that is the target or not yet known. */
export function defaultSourceService(inputs: Pick<Shaped, "target">): string | undefined {
  const target: unknown = inputs.target;
  if (target === UNKNOWN) return undefined;
  const { serviceName } = inputs.target;
  return serviceName === EVENT_NOTIFICATIONS || serviceName === UNKNOWN ? undefined : EVENT_NOTIFICATIONS;
}
