import type { Policy } from "../../src/emulator";
import { scopeText } from "../support/balance";
import { ACCOUNT, COS, EN, KMS } from "../support/inputs";

/** Few names, scopes and roles, so that collisions are frequent. */
export const NAMES = ["a", "b", "c", "d"] as const;
export type Name = (typeof NAMES)[number];

export const OUR_KEY = "ours";
export const THEIR_KEY = "theirs";
export const US = "iam-ServiceId-00000000-0000-4000-8000-0000000000aa";
const THEM = "IBMid-0000000bb";
/** The account that both use. */
export const SHARED_ACCOUNT = {
  id: ACCOUNT,
  apiKeys: [OUR_KEY, { apiKey: THEIR_KEY, iamId: THEM }],
  iamId: US,
} as const;

/** The id of a policy that does not exist. */
export const MISSING = "99999999-0000-4000-8000-000000000000";

const bucket = (resource: string) => ({
  serviceName: "cloud-object-storage",
  serviceInstance: COS,
  resourceType: "bucket",
  resource,
});
export const SCOPES = [bucket("one"), bucket("two"), { serviceName: "kms", serviceInstance: KMS }] as const;
export const ROLES = [["Reader"], ["Writer"], ["Reader", "Writer"]] as const;
export const DESCRIPTIONS = [undefined, "one", "two"] as const;

/** The declaration of one resource; `scope` and `roles` are indexes into the lists above. */
export interface Declared {
  scope: number;
  roles: number;
  description?: string;
  adopt?: true | string;
  /** Seconds to wait after the create and before the delete. */
  settle?: number;
}

/** Returns the arguments of a program. */
export function argumentsOf({ scope, roles, description, adopt, settle }: Declared): object {
  return {
    source: { serviceInstance: EN },
    target: SCOPES[scope],
    roles: ROLES[roles],
    ...(description !== undefined && { description }),
    ...(adopt !== undefined && { adopt }),
    ...(settle !== undefined && { settle: { afterCreate: settle, beforeDelete: settle } }),
  };
}

/** The part of a policy that a call can change. */
export type Body = Pick<Policy, "type" | "subject" | "resource" | "control" | "description">;

/** Returns the expected policy, without using the provider's own mapping. */
export function bodyOf({ scope, roles, description }: Omit<Declared, "adopt">): Body {
  const attribute = ([key, value]: [string, string]) => ({ key, operator: "stringEquals", value });
  const side = (named: object) =>
    Object.entries({ ...named, accountId: ACCOUNT }).map(([key, value]) => attribute([key, value]));
  return {
    type: "authorization",
    subject: { attributes: side({ serviceName: "event-notifications", serviceInstance: EN }) },
    resource: { attributes: side(SCOPES[scope] ?? {}) },
    control: { grant: { roles: (ROLES[roles] ?? []).map((name) => ({ role_id: roleId(name) })) } },
    ...(description !== undefined && { description }),
  };
}

function roleId(name: string): string {
  return `crn:v1:bluemix:public:iam::::serviceRole:${name}`;
}

/** Returns a policy's scope as a string; equal scopes give equal strings. */
export function scopeOf(body: Pick<Policy, "subject" | "resource">): string {
  return scopeText(body as Policy);
}

/** Returns the scope and roles as a string. IAM refuses a second policy with the same fingerprint. */
export function fingerprintOf(body: Pick<Policy, "subject" | "resource" | "control">): string {
  return JSON.stringify([scopeOf(body), body.control.grant.roles.map(({ role_id }) => role_id).sort()]);
}

/** Returns scope, roles and description as a string. */
export function contentOf(body: Body): string {
  return JSON.stringify([fingerprintOf(body), body.description ?? ""]);
}

/** Describes a policy in one line. */
export function formatPolicy({ id, state, resource, control, description, created_by_id }: Policy): string {
  const value = (key: string) => resource.attributes.find((each) => each.key === key)?.value;
  const roles = control.grant.roles.map(({ role_id }) => role_id.replace(/^.*:/, "")).sort();
  const scope = value("resource") ?? value("serviceName");
  const by = created_by_id === US ? "us" : created_by_id === THEM ? "them" : created_by_id;
  return `${id.slice(0, 8)} ${state} ${String(scope)} ${roles.join("+")} ${description ?? "-"} by ${by}`;
}
