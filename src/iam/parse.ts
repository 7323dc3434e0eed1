import * as v from "valibot";
import { plainObject } from "../shared/plain-object";
import { mapMetadata, METADATA_FIELDS, type PolicyMetadata } from "../shared/policy-fields";
import { headerOf } from "./error-details";
import { IamError, unreadableResponse } from "./errors";
import { UNREADABLE } from "./outcome";
import type { Policy, SdkResponse, Service } from "./types";

/** Attributes and tags are loose objects, because an update sends unknown fields of a scope back untouched. */
const attribute = v.looseObject({
  key: v.string(),
  operator: v.string(),
  value: v.union([v.string(), v.boolean(), v.array(v.string())]),
});
const tag = v.looseObject({ key: v.string(), operator: v.string(), value: v.string() });
const optionalText = v.nullish(v.string());
const policy = v.object({
  id: v.pipe(v.string(), v.nonEmpty()),
  type: v.string(),
  subject: v.looseObject({ attributes: v.array(attribute) }),
  resource: v.looseObject({ attributes: v.array(attribute), tags: v.nullish(v.array(tag)) }),
  control: v.looseObject({
    grant: v.looseObject({
      roles: v.array(v.object({ role_id: v.string(), display_name: optionalText })),
    }),
  }),
  description: optionalText,
  pattern: optionalText,
  rule: v.nullish(plainObject),
  template: v.nullish(plainObject),
  ...(Object.fromEntries(Object.values(METADATA_FIELDS).map((field) => [field, optionalText])) as Record<
    (typeof METADATA_FIELDS)[keyof PolicyMetadata],
    typeof optionalText
  >),
});
const identified = v.object({ id: v.string() });
const dated = v.object({ last_modified_at: v.string() });
const policyPage = v.object({
  policies: v.nullable(v.array(v.unknown())),
  next: v.nullish(v.pipe(plainObject, v.object({ start: optionalText, href: optionalText }))),
});

/** A call about one policy. */
type PolicyCall = "reading a policy" | "creating a policy" | "replacing a policy";

/**
 * Parses the response of a call about one policy.
 *
 * @param call the call, for the error
 * @param isExpected returns true if the policy can be the response to that call
 * @throws IamError if the response is not a policy, or not the expected one
 */
export function parsePolicy(
  call: PolicyCall,
  { result, headers }: SdkResponse,
  isExpected: (policy: Policy) => boolean,
): Policy {
  const { success, output } = v.safeParse(policy, result);
  const found = success ? { ...toPolicy(output), etag: headerOf(headers, "etag") } : undefined;
  if (!found || !isExpected(found)) throw unreadableResponse(call, headers);
  return found;
}

/**
 * Parses an entry of a list, or the policy in a conflict. Returns `undefined` unless it is an authorization that is active, or
 * deleted if `isDeleted` is true.
 */
export function parseAuthorization(entry: unknown, isDeleted = false): Policy | undefined {
  const { success, output } = v.safeParse(policy, entry);
  if (!success || output.type !== "authorization" || (output.state === "deleted") !== isDeleted)
    return undefined;
  return toPolicy(output);
}

function toPolicy(data: v.InferOutput<typeof policy>): Policy {
  const { tags, ...resource } = data.resource;
  const {
    grant: { roles, ...grant },
    ...control
  } = data.control;
  const metadata = mapMetadata((key) => data[METADATA_FIELDS[key]] ?? undefined);
  return {
    id: data.id,
    type: data.type,
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
    ...metadata,
    state: metadata.state ?? "active",
    href: metadata.href ?? "",
  };
}

/** Returns the time of the last change of a policy in the v1 or v2 schema, if the response has one. */
export function parseLastModified({ result }: SdkResponse): string | undefined {
  const { success, output } = v.safeParse(dated, result);
  return success ? output.last_modified_at : undefined;
}

/** Returns the id of a list entry, whatever else it contains, or `undefined` if the policy is deleted. */
export function entryId(entry: unknown): string | undefined {
  if (!v.is(identified, entry)) return undefined;
  return "state" in entry && entry.state === "deleted" ? undefined : entry.id;
}

/** One page of a list. */
export interface Page<Entry> {
  entries: readonly Entry[];
  /** The token of the next page. Undefined on the last page. */
  next?: string;
}

/** Parses one page of the list of policies. */
export function parsePolicyPage({ result, headers }: SdkResponse): Page<unknown> {
  const { success, output } = v.safeParse(policyPage, result);
  if (!success) throw unreadableResponse("listing policies", headers);
  const { start, href } = output.next ?? {};
  return {
    entries: output.policies ?? [],
    next: start ?? (typeof href === "string" ? pageToken(href) : undefined),
  };
}

/** Returns the `start` parameter of a next page's URL, or `""`, which stands for the first page. */
export function pageToken(url: string): string {
  const base = "https://any";
  return (URL.canParse(url, base) && new URL(url, base).searchParams.get("start")) || "";
}

/** The maximum length of a list. No account can hold more entries, so a longer list counts as endless. */
const MAX_ENTRIES = 100_000;

/**
 * Reads all pages of a list.
 *
 * @param list the list, for the error
 * @param readPage reads the page with this token; `undefined` stands for the first page
 * @throws IamError if a page links to one that was read before
 */
export async function readAllPages<Entry>(
  list: string,
  readPage: (start: string | undefined) => Promise<Page<Entry>>,
  service?: Service,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  const seen = new Set([""]);
  for (let start: string | undefined; ;) {
    const page = await readPage(start);
    for (const each of page.entries) entries.push(each);
    if (page.next === undefined) return entries;
    const isLoop = seen.has(page.next);
    if (isLoop || entries.length > MAX_ENTRIES) {
      const reason = isLoop
        ? `page ${seen.size} links to a page that was already read`
        : `it has more than ${MAX_ENTRIES} entries`;
      const message = `${list} does not end: ${reason}`;
      throw new IamError({ code: UNREADABLE, message, isRead: true, service });
    }
    seen.add(page.next);
    start = page.next;
  }
}
