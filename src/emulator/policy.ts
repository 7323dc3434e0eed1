/** One attribute of a v2 policy. */
export interface Attribute {
  key: string;
  operator: string;
  value: string | boolean | string[];
}

/** What a request says. */
export interface PolicyBody {
  type: "authorization";
  description?: string;
  subject: { attributes: Attribute[] };
  resource: { attributes: Attribute[]; tags?: Attribute[] };
  control: { grant: { roles: { role_id: string }[] } };
  pattern?: string;
  rule?: Record<string, unknown>;
}

/** A v2 policy as IAM shows it. */
export interface Policy extends PolicyBody {
  id: string;
  href: string;
  created_at: string;
  created_by_id: string;
  last_modified_at: string;
  last_modified_by_id: string;
  state: "active" | "deleted";
  /** The enterprise's template that made it, and manages it. */
  template?: Template;
}

/** Where a policy of a template comes from. */
export interface Template {
  id: string;
  version: string;
  assignment_id?: string;
  root_id?: string;
  root_version?: string;
}

/** The value of an attribute that a side compares with `stringEquals`. */
export function attributeOf(side: { attributes: readonly Attribute[] }, key: string): string | undefined {
  const value = side.attributes.find((each) => each.key === key && each.operator === "stringEquals")?.value;
  return typeof value === "string" ? value : undefined;
}
