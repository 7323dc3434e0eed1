import { z } from "zod";
import type { Client } from "./client";
import { IamError, notIamsAnswer } from "./errors";
import type { HeldPolicy, PolicyBody } from "./policy";

const attribute = z.object({
  key: z.string(),
  operator: z.string(),
  value: z.union([z.string(), z.boolean(), z.array(z.string())]),
});
const tag = z.object({ key: z.string(), operator: z.string(), value: z.string() });
const answer = z.object({
  id: z.string(),
  type: z.string(),
  subject: z.object({ attributes: z.array(attribute) }),
  resource: z.object({ attributes: z.array(attribute), tags: z.array(tag).optional() }),
  control: z.object({
    grant: z.object({
      roles: z.array(z.object({ role_id: z.string(), display_name: z.string().optional() })),
    }),
  }),
  description: z.string().optional(),
  pattern: z.string().optional(),
  rule: z.record(z.string(), z.unknown()).optional(),
  template: z.record(z.string(), z.unknown()).optional(),
  state: z.string(),
  href: z.string().default(""),
  created_at: z.string().nullish(),
  created_by_id: z.string().nullish(),
  last_modified_at: z.string().nullish(),
  last_modified_by_id: z.string().nullish(),
});

interface Response {
  result: unknown;
  headers?: unknown;
}

/**
 * @throws IamError 409 when an active policy has the same scope and roles
 */
export async function createPolicy(client: Client, body: PolicyBody): Promise<HeldPolicy> {
  return held("creating a policy", await client.call((service) => service.createV2Policy(toRequest(body))));
}

/**
 * Reads a policy, with the roles' display names.
 *
 * @returns `undefined` when IAM does not hold it, or keeps it only as deleted
 */
export async function getPolicy(client: Client, id: string): Promise<HeldPolicy | undefined> {
  try {
    const response = await client.call((service) => service.getV2Policy({ id, format: "display" }));
    const policy = held("reading a policy", response);
    return policy.state === "deleted" ? undefined : policy;
  } catch (error) {
    if (error instanceof IamError && error.status === 404) return undefined;
    throw error;
  }
}

/**
 * Replaces a policy whole.
 *
 * @param ifMatch the ETag that the policy must still have
 * @throws IamError 412 or 409 when it has another by now
 */
export async function replacePolicy(
  client: Client,
  id: string,
  ifMatch: string,
  body: PolicyBody,
): Promise<HeldPolicy> {
  const response = await client.call((service) =>
    service.replaceV2Policy({ id, ifMatch, ...toRequest(body) }),
  );
  return held("replacing a policy", response);
}

/** Deletes a policy; done when IAM does not hold it any more. */
export async function deletePolicy(client: Client, id: string): Promise<void> {
  try {
    await client.call((service) => service.deleteV2Policy({ id }));
  } catch (error) {
    if (!(error instanceof IamError && error.status === 404)) throw error;
  }
}

function toRequest({ roleIds, subject, resource, description, pattern, rule }: PolicyBody) {
  return {
    type: "authorization",
    control: { grant: { roles: roleIds.map((role_id) => ({ role_id })) } },
    subject,
    resource,
    ...(description !== undefined && { description }),
    ...(pattern !== undefined && { pattern }),
    ...(rule !== undefined && { rule }),
  };
}

function held(what: string, { result, headers }: Response): HeldPolicy {
  const { data } = answer.safeParse(result);
  if (!data) throw notIamsAnswer(what, header(headers, "transaction-id"));
  if (data.type !== "authorization")
    throw new Error(`the policy ${data.id} is not an authorization but of the type ${data.type}`);
  const { roles } = data.control.grant;
  return {
    id: data.id,
    etag: header(headers, "etag"),
    state: data.state,
    href: data.href,
    subject: data.subject,
    resource: data.resource,
    roleIds: roles.map(({ role_id }) => role_id),
    roleNames: Object.fromEntries(
      roles.flatMap(({ role_id, display_name }) => (display_name ? [[role_id, display_name]] : [])),
    ),
    description: data.description,
    pattern: data.pattern,
    rule: data.rule,
    template: data.template,
    createdAt: data.created_at ?? undefined,
    createdById: data.created_by_id ?? undefined,
    lastModifiedAt: data.last_modified_at ?? undefined,
    lastModifiedById: data.last_modified_by_id ?? undefined,
  };
}

function header(headers: unknown, name: string): string | undefined {
  if (typeof headers !== "object" || headers === null) return undefined;
  const value = (headers as Partial<Record<string, unknown>>)[name];
  return typeof value === "string" ? value : undefined;
}
