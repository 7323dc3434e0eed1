/** An attribute of a v2 policy's subject or resource. */
export interface Attribute {
  key: string;
  operator: string;
  value: string | boolean | string[];
}

/** The part of a v2 policy that a client sends. */
export interface PolicyBody {
  type: "authorization";
  description?: string;
  subject: { attributes: Attribute[] };
  resource: { attributes: Attribute[]; tags?: Attribute[] };
  control: { grant: { roles: { role_id: string }[] } };
  pattern?: string;
  rule?: Record<string, unknown>;
}

/** A v2 policy as IAM returns it. */
export interface Policy extends PolicyBody {
  id: string;
  href: string;
  created_at: string;
  created_by_id: string;
  last_modified_at: string;
  last_modified_by_id: string;
  state: "active" | "deleted";
  /** The enterprise policy template that created this policy and manages it. */
  template?: Template;
}

/** A reference to the enterprise policy template that manages a policy. */
export interface Template {
  id: string;
  version: string;
  assignment_id?: string;
  root_id?: string;
  root_version?: string;
}

/** A policy to put into an account. The emulator fills in the metadata (id, times, authors, …) that is missing. */
export type Seed = Partial<Policy> & Pick<Policy, "subject" | "resource" | "control">;
