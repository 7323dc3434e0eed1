import type { PolicyAttribute, PolicyBody } from "./types";

/** Returns true if IAM treats two policies as duplicates: same scope and same roles, in any order. */
export function isSamePolicy(one: PolicyBody, other: PolicyBody): boolean {
  return isSameScope(one, other) && fingerprint(one.roleIds) === fingerprint(other.roleIds);
}

/** Returns true if two policies have the same scope. */
export function isSameScope(one: PolicyBody, other: PolicyBody): boolean {
  return scopeFingerprint(one) === scopeFingerprint(other);
}

/** Returns a text that is equal for equal scopes. */
export function scopeFingerprint({ subject, resource }: PolicyBody): string {
  return [subject.attributes, resource.attributes, resource.tags ?? []].map(fingerprint).join(" ");
}

/** Returns a text that is equal for equal sets: IAM ignores order and repetition. */
function fingerprint(list: readonly (string | PolicyAttribute)[]): string {
  const texts = list.map((each) => {
    if (typeof each === "string") return each;
    const { key, operator, value } = each;
    return JSON.stringify([key, operator, Array.isArray(value) ? [...new Set(value)].sort() : value]);
  });
  return JSON.stringify([...new Set(texts)].sort());
}
