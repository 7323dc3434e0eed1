import { isDeepStrictEqual } from "node:util";
import { CodedError } from "../shared/coded-error";
import type { Policy, PolicyAttribute, PolicyBody, PolicyTag } from "../iam/types";
import {
  mapMetadata,
  type PolicyMetadata,
  isScopeAttribute,
  SCOPE_ATTRIBUTES,
  type ScopeAttribute,
} from "../shared/policy-fields";
import { truncate } from "../shared/text";
import { inOrderOf, roleNamesOf } from "./roles";
import type { Attribute, Inputs, Source, State, Tag, Target } from "./types";
import { ALL } from "./values";

type Side = Partial<Source & Target>;

/** The properties of each side that are not a scope attribute. A property that is missing in both lists fails the build. */
const SOURCE_LISTS: Record<Exclude<keyof Source, ScopeAttribute>, true> = { attributes: true };
const TARGET_LISTS: Record<Exclude<keyof Target, ScopeAttribute>, true> = { attributes: true, tags: true };

/** Converts inputs to a policy. Both sides must have an account. */
export function toPolicyBody({ source, target, description }: Inputs, roleIds: string[]): PolicyBody {
  const tags = toTags(target);
  return {
    subject: { attributes: toAttributes(source) },
    resource: { attributes: toAttributes(target), ...(tags && { tags }) },
    roleIds,
    ...(description !== undefined && { description }),
  };
}

/**
 * Converts a policy to state.
 *
 * @param roleNames display names by CRN. A role without one keeps its CRN.
 * @param known the previous state, if any. Its roles keep their order.
 * @throws CodedError if a side names no account
 */
export function toState(
  policy: Policy,
  roleNames: Readonly<Record<string, string>>,
  known: Partial<State> = {},
): State {
  const { source, target, ...rest } = describePolicy(policy, roleNames, known);
  const accountOf = (name: string, { accountId }: Side): string => {
    if (accountId !== undefined) return accountId;
    const message = `the ${name} of policy ${policy.id} names no account, and every authorization that a program can declare names one`;
    throw new CodedError("not-an-authorization", message);
  };
  return {
    source: { ...source, accountId: accountOf("source", source) },
    target: { ...target, accountId: accountOf("target", target) },
    ...rest,
  };
}

/** A policy in the form of the state. A side has no account if the policy names none. */
type DescribedPolicy = Omit<State, keyof DeclaredScope> & DeclaredScope;

/** Converts a policy as `toState` does, also one that no program can declare, such as one whose source is an enterprise. */
export function describePolicy(
  policy: Policy,
  roleNames: Readonly<Record<string, string>>,
  known: Partial<State> = {},
): DescribedPolicy {
  const { pattern, rule, template } = policy;
  const metadata = mapMetadata((key) => policy[key]) as PolicyMetadata;
  return defined({
    ...scopeOf(policy),
    roles: inOrderOf(known.roles ?? [], roleNamesOf(policy.roleIds, roleNames)),
    description: policy.description === "" ? undefined : policy.description,
    ...metadata,
    pattern,
    rule,
    template,
  });
}

/** Returns the scope of a policy as normalized arguments, with the accounts that the policy names. */
export function scopeOf({ subject, resource }: PolicyBody): DeclaredScope {
  const tags = fromTags(resource.tags);
  return {
    source: fromAttributes(subject.attributes),
    target: { ...fromAttributes(resource.attributes), ...(tags && { tags }) } as Target,
  };
}

/** A scope, with or without accounts. */
type DeclaredScope = Pick<Inputs, "source" | "target">;

/** The longest value in a difference, in characters. */
const MAX_VALUE = 100;

/** Describes each property in which the scope in IAM differs from the declared scope. */
export function scopeDifferences(inIam: DeclaredScope, here: DeclaredScope): string {
  const text = (value: unknown) =>
    value === undefined ? "not set" : truncate(JSON.stringify(value), MAX_VALUE);
  const differences = (["source", "target"] as const).flatMap((side) => {
    const [one, other] = [new Map(Object.entries(inIam[side])), new Map(Object.entries(here[side]))];
    return [...new Set([...other.keys(), ...one.keys()])]
      .filter((key) => !isDeepStrictEqual(one.get(key), other.get(key)))
      .map((key) => `${side}.${key} is ${text(one.get(key))} in IAM, and ${text(other.get(key))} here`);
  });
  return `Differences: ${differences.join("; ")}`;
}

/** The arguments that IAM does not store. Only the state holds them. */
const LOCAL_KEYS = ["adopt", "settle", "__presetRoles", "credentials"] as const;
type Local = (typeof LOCAL_KEYS)[number];

/** Returns the arguments that IAM does not store. */
export function localInputs(inputs: Partial<Inputs>): Pick<Inputs, Local> {
  return defined(Object.fromEntries(LOCAL_KEYS.map((key) => [key, inputs[key]])));
}

/** Returns the state without the arguments that IAM does not store. The build fails if one of them is not removed. */
export function withoutLocal({
  adopt,
  settle,
  __presetRoles,
  credentials,
  ...rest
}: State): Omit<State, Local> & { [Key in Local]?: never } {
  return rest;
}

/** Returns the normalized inputs for this state: a program with these inputs causes no changes. */
export function toInputs({
  source,
  target,
  roles,
  description,
  ...rest
}: DeclaredScope & Pick<State, "roles" | "description" | Local>): Inputs {
  const { accountId: sourceAccount, ...sourceRest } = source;
  const { accountId, ...targetRest } = target;
  return {
    source: sourceAccount === accountId ? sourceRest : source,
    target: targetRest,
    roles,
    ...(description !== undefined && { description }),
    ...localInputs(rest),
  };
}

/** Removes undefined properties, which Pulumi's wire format doesn't support. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}

/**
 * Converts one side to attributes. `"*"` adds no attribute, except for `resourceGroupId`: there it becomes
 * `stringExists`.
 */
export function toAttributes(side: Side): PolicyAttribute[] {
  // Dropping a property would grant more than the program declares.
  const unmapped = Object.keys(side).find(
    (key) => !isScopeAttribute(key) && !Object.hasOwn({ ...SOURCE_LISTS, ...TARGET_LISTS }, key),
  );
  if (unmapped !== undefined)
    throw new Error(`property ${unmapped} cannot be mapped to an attribute of an IAM policy`);
  const named = SCOPE_ATTRIBUTES.flatMap((key): PolicyAttribute[] => {
    const value = side[key];
    if (value === undefined) return [];
    if (value !== ALL) return [{ key, operator: "stringEquals", value }];
    return key === "resourceGroupId" ? [{ key, operator: "stringExists", value: true }] : [];
  });
  return [...named, ...(side.attributes ?? []).map(withOperator)];
}

/** Converts attributes to one side, normalized. The inverse of `toAttributes`. */
export function fromAttributes(attributes: readonly PolicyAttribute[]): Side {
  const side: Side = {};
  const others: PolicyAttribute[] = [];
  for (const attribute of attributes) {
    const { key } = attribute;
    const value = propertyValue(attribute);
    if (isScopeAttribute(key) && value !== undefined && side[key] === undefined) side[key] = value;
    else others.push(attribute);
  }
  const has = (...keys: string[]) => attributes.some(({ key }) => keys.includes(key));
  if (!has("serviceName")) side.serviceName = ALL;
  if (!has("serviceInstance", "resourceGroupId")) side.serviceInstance = ALL;
  if (others.length > 0) side.attributes = sortedSet(others) as Attribute[];
  return side;
}

/** Returns the value of an attribute as a property, or `undefined` if only `attributes` can express it. */
function propertyValue({ key, operator, value }: PolicyAttribute): string | undefined {
  if (operator === "stringEquals" && typeof value === "string" && value !== ALL) return value;
  return key === "resourceGroupId" && operator === "stringExists" && value === true ? ALL : undefined;
}

/** Converts access tags to IAM's format. */
export function toTags(target: Partial<Target>): PolicyTag[] | undefined {
  return target.tags?.map(withOperator);
}

/** Converts access tags from IAM's format, normalized. */
export function fromTags(tags: readonly PolicyTag[] | undefined): Tag[] | undefined {
  return tags?.length ? (sortedSet(tags) as Tag[]) : undefined;
}

function withOperator<Each extends Attribute | Tag>(each: Each): Each & { operator: string } {
  return { ...each, operator: each.operator ?? "stringEquals" };
}

/** Removes repetitions and sorts: IAM treats lists as sets. */
function sortedSet<Each extends PolicyAttribute>(attributes: readonly Each[]): Each[] {
  const byKey = new Map<string, Each>();
  for (const each of attributes) {
    const value = Array.isArray(each.value) ? [...new Set(each.value)].sort() : each.value;
    byKey.set(JSON.stringify([each.key, each.operator, value]), { ...each, value });
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}
