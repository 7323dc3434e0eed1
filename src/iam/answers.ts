import * as v from "valibot";
import { plainObject } from "./plain-object";
import type { Answer } from "./client";
import { notIamsAnswer } from "./errors";
import type { HeldPolicy } from "./policy";
import { headerOf } from "./told";

/** Whatever else IAM says of a scope is kept, and goes back with it. */
const attribute = v.looseObject({
  key: v.string(),
  operator: v.string(),
  value: v.union([v.string(), v.boolean(), v.array(v.string())]),
});
const tag = v.looseObject({ key: v.string(), operator: v.string(), value: v.string() });
const policy = v.object({
  id: v.string(),
  type: v.string(),
  subject: v.looseObject({ attributes: v.array(attribute) }),
  resource: v.looseObject({ attributes: v.array(attribute), tags: v.nullish(v.array(tag)) }),
  control: v.looseObject({
    grant: v.looseObject({
      roles: v.array(v.object({ role_id: v.string(), display_name: v.optional(v.string()) })),
    }),
  }),
  description: v.nullish(v.string()),
  pattern: v.nullish(v.string()),
  rule: v.nullish(plainObject),
  template: v.nullish(plainObject),
  state: v.string(),
  href: v.optional(v.string(), ""),
  created_at: v.nullish(v.string()),
  created_by_id: v.nullish(v.string()),
  last_modified_at: v.nullish(v.string()),
  last_modified_by_id: v.nullish(v.string()),
});
const identified = v.object({ id: v.string() });
const dated = v.object({ last_modified_at: v.string() });
const page = v.object({
  policies: v.array(v.unknown()),
  next: v.optional(v.pipe(plainObject, v.object({ start: v.optional(v.string()) }))),
});

/**
 * A policy in the schema of v2.
 *
 * @throws IamError when it is none; Error when it is no authorization
 */
export function toHeld(what: string, { result, headers }: Answer): HeldPolicy {
  const { success, output: data } = v.safeParse(policy, result);
  if (!success) throw notIamsAnswer(what, headers);
  if (data.type !== "authorization")
    throw new Error(`the policy ${data.id} is not an authorization but of the type ${data.type}`);
  return { ...held(data), etag: headerOf(headers, "etag") };
}

/** The same, for what may be anything. */
export function maybeHeld(result: unknown): HeldPolicy | undefined {
  const { success, output: data } = v.safeParse(policy, result);
  return success && data.type === "authorization" ? held(data) : undefined;
}

function held(data: v.InferOutput<typeof policy>): HeldPolicy {
  const { tags, ...resource } = data.resource;
  const {
    grant: { roles, ...grant },
    ...control
  } = data.control;
  return {
    id: data.id,
    state: data.state,
    href: data.href,
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

/** When a policy, in the schema of v1 or v2, was changed last; absent where an answer does not say. */
export function lastModifiedIn({ result }: Answer): string | undefined {
  const { success, output } = v.safeParse(dated, result);
  return success ? output.last_modified_at : undefined;
}

/** Whether an answer can be told from others. */
export function hasId(answer: unknown): answer is { id: string } {
  return v.is(identified, answer);
}

/** One page of a list: what is in it, and where the next one starts. */
export function toPage({ result, headers }: Answer): { policies: unknown[]; next?: string } {
  const { success, output: data } = v.safeParse(page, result);
  if (!success) throw notIamsAnswer("listing policies", headers);
  return { policies: data.policies, next: data.next?.start };
}
