import type { Answer } from "./client";
import { headerOf, notIamsAnswer } from "./errors";
import { isFields, isListOf, isMaybe, isText, type Fields } from "./json";
import type { HeldPolicy, PolicyAttribute, PolicyTag } from "./policy";

/** What is read of a policy. Whatever else IAM says of a scope or a grant is kept, and goes back with it. */
interface Answered {
  id: string;
  type: string;
  subject: { attributes: PolicyAttribute[] };
  resource: { attributes: PolicyAttribute[]; tags?: PolicyTag[] | null };
  control: { grant: Fields & { roles: { role_id: string; display_name?: string }[] } };
  state: string;
  href?: string;
  description?: string | null;
  pattern?: string | null;
  rule?: Record<string, unknown> | null;
  template?: Record<string, unknown> | null;
  created_at?: string | null;
  created_by_id?: string | null;
  last_modified_at?: string | null;
  last_modified_by_id?: string | null;
}

const TEXTS = ["id", "type", "state"];
const MAYBE_TEXTS = [
  "description",
  "pattern",
  "created_at",
  "created_by_id",
  "last_modified_at",
  "last_modified_by_id",
];
const MAYBE_FIELDS = ["rule", "template"];

function isPolicy(value: unknown): value is Answered {
  return (
    isFields(value) &&
    TEXTS.every((key) => isText(value[key])) &&
    (value["href"] === undefined || isText(value["href"])) &&
    MAYBE_TEXTS.every((key) => isMaybe(value[key], isText)) &&
    MAYBE_FIELDS.every((key) => isMaybe(value[key], isFields)) &&
    isScope(value["subject"]) &&
    isScope(value["resource"]) &&
    isControl(value["control"])
  );
}

function isScope(value: unknown): boolean {
  return (
    isFields(value) &&
    isListOf(value["attributes"], isAttribute) &&
    isMaybe(value["tags"], (tags) => isListOf(tags, isTag))
  );
}

function isAttribute(value: unknown): value is PolicyAttribute {
  if (!isFields(value)) return false;
  const { key, operator, value: compared } = value;
  const isCompared = isText(compared) || typeof compared === "boolean" || isListOf(compared, isText);
  return isText(key) && isText(operator) && isCompared;
}

function isTag(value: unknown): value is PolicyTag {
  return isAttribute(value) && isText(value.value);
}

function isControl(value: unknown): boolean {
  return isFields(value) && isFields(value["grant"]) && isListOf(value["grant"]["roles"], isRole);
}

function isRole(value: unknown): value is Answered["control"]["grant"]["roles"][number] {
  if (!isFields(value)) return false;
  const { role_id, display_name } = value;
  return isText(role_id) && (display_name === undefined || isText(display_name));
}

/**
 * A policy in the schema of v2.
 *
 * @throws IamError when it is none; Error when it is no authorization
 */
export function toHeld(what: string, { result: data, headers }: Answer): HeldPolicy {
  if (!isPolicy(data)) throw notIamsAnswer(what, headers);
  if (data.type !== "authorization")
    throw new Error(`the policy ${data.id} is not an authorization but of the type ${data.type}`);
  const { tags, ...resource } = data.resource;
  const {
    grant: { roles, ...grant },
    ...control
  } = data.control;
  return {
    id: data.id,
    etag: headerOf(headers, "etag"),
    state: data.state,
    href: data.href ?? "",
    subject: data.subject,
    resource: { ...resource, ...(tags && { tags }) },
    control: { ...control, grant },
    roleIds: roles.map(({ role_id }) => role_id),
    roleNames: Object.fromEntries(
      roles.flatMap(({ role_id, display_name }) => (display_name ? [[role_id, display_name]] : [])),
    ),
    description: data.description ?? undefined,
    pattern: data.pattern ?? undefined,
    rule: data.rule ?? undefined,
    template: data.template ?? undefined,
    createdAt: data.created_at ?? undefined,
    createdById: data.created_by_id ?? undefined,
    lastModifiedAt: data.last_modified_at ?? undefined,
    lastModifiedById: data.last_modified_by_id ?? undefined,
  };
}

/** The same, for what may be anything. */
export function maybeHeld(result: unknown): HeldPolicy | undefined {
  return isPolicy(result) && result.type === "authorization" ? toHeld("", { result }) : undefined;
}

/** One page of a list: the authorizations in it, and where the next one starts. */
export function toPage({ result, headers }: Answer): { policies: HeldPolicy[]; next?: string } {
  if (!isPage(result)) throw notIamsAnswer("listing policies", headers);
  return { policies: result.policies.flatMap((each) => maybeHeld(each) ?? []), next: result.next?.start };
}

function isPage(value: unknown): value is { policies: unknown[]; next?: { start?: string } } {
  if (!isFields(value) || !Array.isArray(value["policies"])) return false;
  const { next } = value;
  return next === undefined || (isFields(next) && (next["start"] === undefined || isText(next["start"])));
}
