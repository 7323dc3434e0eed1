/** One attribute of a policy's subject or resource, as IAM holds it. */
export interface PolicyAttribute {
  key: string;
  operator: string;
  value: string | boolean | string[];
}

/** One access tag that a policy's resources must carry. */
export interface PolicyTag extends PolicyAttribute {
  value: string;
}

/** What a v2 authorization policy says: whom it authorizes, to what, with which roles. */
export interface PolicyBody {
  subject: { attributes: PolicyAttribute[] };
  resource: { attributes: PolicyAttribute[]; tags?: PolicyTag[] };
  /** CRNs. */
  roleIds: string[];
  /** What a grant says besides its roles. Kept where IAM holds it. */
  control?: { grant: Record<string, unknown> };
  description?: string;
  /** What only access policies are documented to have. Kept where IAM holds it. */
  pattern?: string;
  rule?: Record<string, unknown>;
}

/** A v2 authorization policy as IAM holds it. */
export interface HeldPolicy extends PolicyBody {
  id: string;
  /** `"authorization"`; of a policy that was read by id, perhaps `"access"`. */
  type: string;
  /** Needed to replace it; IAM's private endpoints may leave it out. */
  etag?: string;
  state: string;
  href: string;
  createdAt?: string;
  createdById?: string;
  lastModifiedAt?: string;
  lastModifiedById?: string;
  /** Display names by CRN, as far as IAM told them. */
  roleNames: Record<string, string>;
  /** The enterprise template that manages this policy. */
  template?: Record<string, unknown>;
}

/** Whether two policies say the same to IAM: scope and roles, in any order. The description does not count. */
export function samePolicy(one: PolicyBody, other: PolicyBody): boolean {
  return sameScope(one, other) && meaning(one.roleIds) === meaning(other.roleIds);
}

/** Whether two policies have the same scope. */
export function sameScope(one: PolicyBody, other: PolicyBody): boolean {
  return scopeText(one) === scopeText(other);
}

/** The same text for the same scope. */
export function scopeText({ subject, resource }: PolicyBody): string {
  return [subject.attributes, resource.attributes, resource.tags ?? []].map(meaning).join(" ");
}

/** Lists mean sets in IAM. */
function meaning(list: readonly (string | PolicyAttribute)[]): string {
  const texts = list.map((each) => {
    if (typeof each === "string") return each;
    const { key, operator, value } = each;
    return JSON.stringify([key, operator, Array.isArray(value) ? [...new Set(value)].sort() : value]);
  });
  return JSON.stringify([...new Set(texts)].sort());
}
