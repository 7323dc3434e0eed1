import type { AuthorizationCrn } from "../../args";
import type { OfferedRole, Pair } from "../../iam/types";
import { parseCrn } from "../../shared/crn";
import { SCOPE_ATTRIBUTES, type ScopeAttribute } from "../../shared/policy-fields";
import { fromAttributes, fromTags, toAttributes, toTags } from "../policy-mapping";
import { canonicalRoles } from "../roles";
import type { CheckFailure, Inputs, Source, Target } from "../types";
import { ALL, EVENT_NOTIFICATIONS, hasUnknown, isUnknown, UNKNOWN } from "../values";
import type { ValidInputs } from "./schema";
import { withoutNulls } from "./validate";

/** Facts that only IAM knows. Undefined if IAM was not asked or did not respond. */
export interface IamFacts {
  /** The account of the credentials. */
  accountId?: string;
  /** The roles that IAM offers for the source and the target. */
  roles?: readonly OfferedRole[];
}

type Side = Partial<Source & Target>;

/** The scope attributes that the types of the arguments allow beside `crn`. */
type BesideCrn = {
  [Key in ScopeAttribute]: string extends AuthorizationCrn[Key] ? Key : never;
}[ScopeAttribute];
const BESIDE_CRN: Record<BesideCrn, true> = { accountId: true, region: true };

/** The properties that a CRN sets. */
const CRN_PROPERTIES = SCOPE_ATTRIBUTES.filter((key) => !Object.hasOwn(BESIDE_CRN, key));

/**
 * Replaces `crn` with the properties that it stands for. Other properties narrow the side further. Properties that are `null` or
 * undefined are absent.
 */
export function expandCrns(written: Record<string, unknown>): {
  inputs: Record<string, unknown>;
  failures: CheckFailure[];
} {
  const failures: CheckFailure[] = [];
  const expanded = ["source", "target"].flatMap((name) => {
    const side = withoutNulls(written[name]);
    if (typeof side !== "object" || side === null || !("crn" in side)) return [];
    const { crn, ...rest } = side;
    if (crn === undefined) return [[name, rest] as const];
    if (crn === UNKNOWN) return [[name, UNKNOWN] as const];
    const failure = refuseCrn(name, crn, rest);
    if (failure === undefined) return [[name, { ...rest, ...sideOfCrn(crn as string) }] as const];
    failures.push(failure);
    return [[name, UNKNOWN] as const];
  });
  return { inputs: { ...written, ...Object.fromEntries(expanded) }, failures };
}

function refuseCrn(name: string, crn: unknown, rest: Record<string, unknown>): CheckFailure | undefined {
  const property = `${name}.crn`;
  if (typeof crn !== "string" || !parseCrn(crn)) {
    return {
      property,
      reason: `${property} is not a valid CRN: the CRN of an instance has the form crn:v1:bluemix:public:<service>:<region>:a/<account>:<GUID>::`,
    };
  }
  const repeated = CRN_PROPERTIES.find((key) => rest[key] !== undefined);
  if (repeated === undefined) return undefined;
  return { property, reason: `${property} already sets ${repeated}: remove one of the two` };
}

/** Returns the properties that a CRN stands for. The instance stays a CRN, so that its account is checked later. */
function sideOfCrn(crn: string): object {
  const { serviceName, resourceType, resource } = parseCrn(crn) ?? {};
  return {
    serviceName,
    serviceInstance: `${crn.split(":").slice(0, 8).join(":")}::`,
    ...(resourceType !== undefined && { resourceType }),
    ...(resource !== undefined && { resource }),
  };
}

/** Converts account ids to lower case: they are hexadecimal. */
export function lowerCaseAccounts(written: Record<string, unknown>): Record<string, unknown> {
  const sides = ["source", "target"].flatMap((name): [string, object][] => {
    const side = written[name];
    if (typeof side !== "object" || side === null || !("accountId" in side)) return [];
    const { accountId } = side;
    return typeof accountId === "string" ? [[name, { ...side, accountId: accountId.toLowerCase() }]] : [];
  });
  return { ...written, ...Object.fromEntries(sides) };
}

/**
 * Normalizes valid inputs, so that inputs with the same meaning become equal: the source's service is filled in, CRNs
 * become GUIDs, the account of the credentials is removed, roles get their canonical names, and lists are sorted.
 *
 * Sides and arguments with unknown values are left as they are, except that the source's service is filled in. A CRN
 * without `accountId` is also left as it is while the account of the credentials is unknown.
 */
export function normalize(inputs: Inputs, facts: IamFacts): Inputs {
  const { adopt, settle, description, ...rest } = inputs;
  return {
    ...rest,
    // In configuration, an empty string often means that there is no description.
    ...(description !== undefined && description !== "" && { description }),
    source: normalizeSide(withDefaultService(inputs), facts),
    target: normalizeSide<Target>(inputs.target, facts),
    ...normalizeRoles(inputs, facts),
    ...normalizeLocal(inputs),
  };
}

function withDefaultService(inputs: Inputs): Source {
  const serviceName = isUnknown(inputs.source) ? undefined : defaultSourceService(inputs);
  return serviceName === undefined ? inputs.source : { serviceName, ...inputs.source };
}

/**
 * Returns the default service of a source: Event Notifications, or `undefined` if the target is Event Notifications or
 * unknown.
 */
export function defaultSourceService({ target }: Pick<ValidInputs, "target">): string | undefined {
  if (isUnknown(target)) return undefined;
  const { serviceName } = target;
  return serviceName === EVENT_NOTIFICATIONS || serviceName === UNKNOWN ? undefined : EVENT_NOTIFICATIONS;
}

function normalizeRoles({ roles }: Inputs, facts: IamFacts): Pick<Inputs, "roles"> {
  if (roles === undefined) return {};
  return { roles: hasUnknown(roles) ? roles : canonicalRoles(roles, facts.roles) };
}

/** Removes `adopt` and delays if they have their default values. */
function normalizeLocal({ adopt, settle }: Inputs): Pick<Inputs, "adopt" | "settle"> {
  const waits = Object.entries(settle ?? {}).filter(([, seconds]) => seconds !== 0);
  return {
    ...(adopt !== undefined && adopt !== false && { adopt }),
    ...(waits.length > 0 && { settle: hasUnknown(settle) ? settle : Object.fromEntries(waits) }),
  };
}

function normalizeSide<Each extends Side>(side: Each, facts: IamFacts): Each {
  // The default service of the source may depend on an unknown target.
  if (hasUnknown(side) || side.serviceName === undefined) return side;
  const { accountId, ...rest } = withGuid(side, facts);
  const otherAccount = accountId === facts.accountId ? {} : { accountId };
  const tags = fromTags(toTags(side));
  return { ...fromAttributes(toAttributes({ ...rest, ...otherAccount })), ...(tags && { tags }) } as Each;
}

/** Replaces the CRN of an instance with its GUID, unless its account can't be checked yet. */
function withGuid(side: Side, facts: IamFacts): Side {
  const crn = parseCrn(side.serviceInstance ?? "");
  if (!crn) return side;
  const isAccountUnknown = side.accountId === undefined && facts.accountId === undefined;
  if (crn.accountId !== undefined && isAccountUnknown) return side;
  return { ...side, serviceInstance: crn.serviceInstance };
}

/** Checks the accounts of both sides, once the account of the credentials is known. */
export function checkAccounts(inputs: Inputs, { accountId }: IamFacts): CheckFailure[] {
  if (accountId === undefined) return [];
  const failures: CheckFailure[] = [];
  const source = accountOf(inputs.source);
  if (source !== undefined && source !== accountId && inputs.source.accountId === undefined) {
    const property = "source.serviceInstance";
    const reason = `${property} is a CRN of account ${source}, but the credentials belong to ${accountId}: if that is intended, set source.accountId: "${source}"`;
    failures.push({ property, reason, code: "wrong-account" });
  }
  const target = accountOf(inputs.target);
  if (target !== undefined && target !== accountId) {
    const property = inputs.target.accountId === undefined ? "target.serviceInstance" : "target.accountId";
    const reason = `${property} is in account ${target}, but an authorization is created in the account of its target, and these credentials belong to ${accountId}: use credentials of ${target}`;
    failures.push({ property, reason, code: "wrong-account" });
  }
  return failures;
}

/** Returns the account that a side names, or `undefined` if it names none. */
export function accountOf(side: Side): string | undefined {
  if (hasUnknown(side)) return undefined;
  return side.accountId ?? parseCrn(side.serviceInstance ?? "")?.accountId;
}

/** Normalizes inputs and adds the account of both sides, as stored in IAM. */
export function withAccounts(inputs: Inputs, accountId: string): Inputs {
  return addAccounts(normalize(inputs, { accountId }), accountId);
}

/** Adds the account of the credentials to each side without an account. */
export function addAccounts({ source, target, ...rest }: Inputs, accountId: string): Inputs {
  return {
    ...rest,
    source: hasUnknown(source) ? source : { accountId, ...source },
    target: hasUnknown(target) ? target : { accountId, ...target },
  };
}

/** Returns the two services of a pair, for messages. */
export function formatPair({ source, target }: Pair): string {
  return `${source ?? ALL} -> ${target ?? ALL}`;
}

/** Returns the two services of normalized inputs, or `undefined` if one is unknown. */
export function pairOf({ source, target }: Pick<Inputs, "source" | "target">): Pair | undefined {
  const isKnown = (side: { serviceName?: string }) => !isUnknown(side) && !isUnknown(side.serviceName);
  if (!isKnown(source) || !isKnown(target)) return undefined;
  const named = (serviceName: string | undefined) => (serviceName === ALL ? undefined : serviceName);
  return { source: named(source.serviceName), target: named(target.serviceName) };
}
