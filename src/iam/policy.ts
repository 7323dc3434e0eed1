import { meansAllInstances } from "../shared/policy-fields";
import { CLOCK_PRECISION } from "./config";
import type { Policy, PolicyAttribute, PolicyBody, WriteTimes } from "./types";

/** Returns true if IAM treats two policies as duplicates: same scope and same roles, in any order. */
export function isSamePolicy(one: PolicyBody, other: PolicyBody): boolean {
  return policyFingerprint(one) === policyFingerprint(other);
}

/** Returns a string that is equal for duplicates. */
export function policyFingerprint(policy: Pick<PolicyBody, "subject" | "resource" | "roleIds">): string {
  return `${scopeFingerprint(policy)} ${fingerprint(policy.roleIds)}`;
}

/** Returns true if two policies have the same scope. */
export function isSameScope(one: PolicyBody, other: PolicyBody): boolean {
  return scopeFingerprint(one) === scopeFingerprint(other);
}

/** Returns a string that is equal for equal scopes. */
function scopeFingerprint({ subject, resource }: Pick<PolicyBody, "subject" | "resource">): string {
  return [subject.attributes, resource.attributes, resource.tags ?? []].map(fingerprint).join(" ");
}

/** Returns true if two policies grant access to the same resources, even if IAM stores their scopes in different forms. */
export function hasSameMeaning(one: PolicyBody, other: PolicyBody): boolean {
  return meaningFingerprint(one) === meaningFingerprint(other);
}

/**
 * Returns a string that is equal for scopes with the same meaning. IAM counts a scope with the condition that `serviceInstance`
 * exists and one without `serviceInstance` as different.
 */
export function meaningFingerprint({ subject, resource }: PolicyBody): string {
  const narrowing = (attributes: readonly PolicyAttribute[]) =>
    attributes.filter((each) => !meansAllInstances(each));
  return scopeFingerprint({
    subject: { attributes: narrowing(subject.attributes) },
    resource: { ...resource, attributes: narrowing(resource.attributes) },
  });
}

/** Returns a string that is equal for equal sets: IAM ignores order and repetition. */
function fingerprint(list: readonly (string | PolicyAttribute)[]): string {
  const texts = list.map((each) => {
    if (typeof each === "string") return each;
    const { key, operator, value } = each;
    return JSON.stringify([key, operator, Array.isArray(value) ? [...new Set(value)].sort() : value]);
  });
  return JSON.stringify([...new Set(texts)].sort());
}

/**
 * Returns how long ago IAM recorded a time, in milliseconds; negative for a time in the future. IAM's clock is the `Date` of
 * the same response. Our own clock is finer, so it is used if the two agree or the response has no `Date`.
 *
 * @param time ISO 8601, by IAM's clock
 * @param respondedAt the `Date` of the response, in milliseconds since 1970
 */
export function ageOf(time: string, respondedAt: number | undefined): number {
  const ours = Date.now();
  const agrees = respondedAt === undefined || Math.abs(respondedAt - ours) <= CLOCK_PRECISION;
  return (agrees ? ours : respondedAt) - Date.parse(time);
}

/**
 * Returns how much longer IAM may return data from before the last write, in milliseconds; 0 or less once that time is over.
 *
 * @param propagation the time that IAM may take, in milliseconds
 */
export function remainingPropagation(
  { createdAt, lastModifiedAt }: WriteTimes,
  respondedAt: number | undefined,
  propagation: number,
): number {
  const ages = [createdAt, lastModifiedAt]
    .map((each) => ageOf(each ?? "", respondedAt))
    // A time this far in the future comes from a wrong clock and is ignored.
    .filter((age) => age >= -propagation);
  if (ages.length === 0) return 0;
  return propagation - Math.max(0, Math.min(...ages));
}

/** Returns true if IAM returned an older version of a policy than the caller knows of. */
export function isStale(found: Policy, { lastModifiedAt }: WriteTimes): boolean {
  return Date.parse(found.lastModifiedAt ?? "") < Date.parse(lastModifiedAt ?? "");
}
