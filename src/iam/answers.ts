import { z } from "zod";
import type { Answer } from "./client";
import { notIamsAnswer } from "./errors";
import type { HeldPolicy } from "./policy";
import { headerOf } from "./told";

/** Whatever else IAM says of a scope is kept, and goes back with it. */
const attribute = z.looseObject({
  key: z.string(),
  operator: z.string(),
  value: z.union([z.string(), z.boolean(), z.array(z.string())]),
});
const tag = z.looseObject({ key: z.string(), operator: z.string(), value: z.string() });
const policy = z.object({
  id: z.string(),
  type: z.string(),
  subject: z.looseObject({ attributes: z.array(attribute) }),
  resource: z.looseObject({ attributes: z.array(attribute), tags: z.array(tag).nullish() }),
  control: z.looseObject({
    grant: z.looseObject({
      roles: z.array(z.object({ role_id: z.string(), display_name: z.string().optional() })),
    }),
  }),
  description: z.string().nullish(),
  pattern: z.string().nullish(),
  rule: z.record(z.string(), z.unknown()).nullish(),
  template: z.record(z.string(), z.unknown()).nullish(),
  state: z.string(),
  href: z.string().default(""),
  created_at: z.string().nullish(),
  created_by_id: z.string().nullish(),
  last_modified_at: z.string().nullish(),
  last_modified_by_id: z.string().nullish(),
});
const dated = z.object({ last_modified_at: z.string() });
const page = z.object({
  policies: z.array(z.unknown()),
  next: z.object({ start: z.string().optional() }).optional(),
});

/**
 * A policy in the schema of v2.
 *
 * @throws IamError when it is none; Error when it is no authorization
 */
export function toHeld(what: string, { result, headers }: Answer): HeldPolicy {
  const { data } = policy.safeParse(result);
  if (!data) throw notIamsAnswer(what, headers);
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

/** The same, for what may be anything. */
export function maybeHeld(result: unknown): HeldPolicy | undefined {
  const { data } = policy.safeParse(result);
  return data?.type === "authorization" ? toHeld("", { result }) : undefined;
}

/** When a policy, in the schema of v1 or v2, was changed last; absent where an answer does not say. */
export function lastModifiedIn({ result }: Answer): string | undefined {
  return dated.safeParse(result).data?.last_modified_at;
}

/** One page of a list: the authorizations in it, and where the next one starts. */
export function toPage({ result, headers }: Answer): { policies: HeldPolicy[]; next?: string } {
  const { data } = page.safeParse(result);
  if (!data) throw notIamsAnswer("listing policies", headers);
  return { policies: data.policies.flatMap((each) => maybeHeld(each) ?? []), next: data.next?.start };
}
