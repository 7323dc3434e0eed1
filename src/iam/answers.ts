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
const absent = v.nullish(v.string());
const policy = v.object({
  id: v.pipe(v.string(), v.nonEmpty()),
  type: v.string(),
  subject: v.looseObject({ attributes: v.array(attribute) }),
  resource: v.looseObject({ attributes: v.array(attribute), tags: v.nullish(v.array(tag)) }),
  control: v.looseObject({
    grant: v.looseObject({
      roles: v.array(v.object({ role_id: v.string(), display_name: absent })),
    }),
  }),
  description: absent,
  pattern: absent,
  rule: v.nullish(plainObject),
  template: v.nullish(plainObject),
  state: v.nullish(v.string(), "active"),
  href: v.nullish(v.string(), ""),
  created_at: absent,
  created_by_id: absent,
  last_modified_at: absent,
  last_modified_by_id: absent,
});
const identified = v.object({ id: v.string() });
const dated = v.object({ last_modified_at: v.string() });
const page = v.object({
  policies: v.nullable(v.array(v.unknown())),
  next: v.nullish(v.pipe(plainObject, v.object({ start: absent, href: absent }))),
});

/**
 * A policy in the schema of v2.
 *
 * @param what the call that is answered
 * @param isMeant whether it can be the answer to that call
 * @throws IamError when it is no policy, or not the one that the call is about
 */
export function toHeld(
  what: string,
  { result, headers }: Answer,
  isMeant: (held: HeldPolicy) => boolean,
): HeldPolicy {
  const { success, output: data } = v.safeParse(policy, result);
  const found = success ? { ...held(data), etag: headerOf(headers, "etag") } : undefined;
  if (!found || !isMeant(found)) throw notIamsAnswer(what, headers);
  return found;
}

/** An active authorization, for what may be anything. */
export function maybeHeld(result: unknown): HeldPolicy | undefined {
  const { success, output: data } = v.safeParse(policy, result);
  return success && data.type === "authorization" && data.state !== "deleted" ? held(data) : undefined;
}

function held(data: v.InferOutput<typeof policy>): HeldPolicy {
  const { tags, ...resource } = data.resource;
  const {
    grant: { roles, ...grant },
    ...control
  } = data.control;
  return {
    id: data.id,
    type: data.type,
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

/** The id of an entry of a list that IAM holds, whatever else is in it; `undefined` where it is deleted. */
export function idOf(entry: unknown): string | undefined {
  if (!v.is(identified, entry)) return undefined;
  return "state" in entry && entry.state === "deleted" ? undefined : entry.id;
}

/** One page of a list: what is in it, and where the next one starts. */
export function toPage({ result, headers }: Answer): { policies: unknown[]; next?: string } {
  const { success, output: data } = v.safeParse(page, result);
  if (!success) throw notIamsAnswer("listing policies", headers);
  return { policies: data.policies ?? [], next: startOf(data.next ?? {}) };
}

/** Where the next page starts: as `start` says, or the link. A link without one leads to the first page again. */
function startOf({ start, href }: { start?: string | null; href?: string | null }): string | undefined {
  if (typeof start === "string") return start;
  return typeof href === "string" ? startIn(href) : undefined;
}

/** The page token in the URL of a next page. */
export function startIn(url: string): string {
  const base = "https://any";
  return (URL.canParse(url, base) && new URL(url, base).searchParams.get("start")) || "";
}
