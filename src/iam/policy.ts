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
  description?: string;
  /** What only access policies are documented to have. Kept where IAM holds it. */
  pattern?: string;
  rule?: Record<string, unknown>;
}

/** A v2 authorization policy as IAM holds it. */
export interface HeldPolicy extends PolicyBody {
  id: string;
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
