import type { Policy } from "../../src/emulator";
import { scopeText } from "../support/balance";
import { ACCOUNT, COS, EN, KMS } from "../support/inputs";

/** A small world, so that what happens in it collides. */
export const NAMES = ["a", "b", "c", "d"] as const;
export type Name = (typeof NAMES)[number];

export const OUR_KEY = "ours";
export const THEIR_KEY = "theirs";
export const US = "iam-ServiceId-00000000-0000-4000-8000-0000000000aa";
const THEM = "IBMid-0000000bb";
/** The account in which both work. */
export const SHARED_ACCOUNT = {
  id: ACCOUNT,
  apiKeys: [OUR_KEY, { apiKey: THEIR_KEY, iamId: THEM }],
  iamId: US,
} as const;

/** What a policy of nobody's is called by a program that adopts it. */
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

/** What a program says of one resource; scope and roles by their place in the lists above. */
export interface Declared {
  scope: number;
  roles: number;
  description?: string;
  adopt?: true | string;
  /** How long to wait after it is made and before it is removed, in seconds. */
  settle?: number;
}

/** The arguments as a program writes them. */
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

/** What a policy says, as far as anybody can change it. */
export type Body = Pick<Policy, "type" | "subject" | "resource" | "control" | "description">;

/** The policy that IAM is to hold, written down here and not taken from the provider. */
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

/** A policy's scope, the same text for the same scope. */
export function scopeOf(body: Pick<Policy, "subject" | "resource">): string {
  return scopeText(body as Policy);
}

/** What IAM takes for one policy's meaning: scope and roles. */
export function meaningOf(body: Pick<Policy, "subject" | "resource" | "control">): string {
  return JSON.stringify([scopeOf(body), body.control.grant.roles.map(({ role_id }) => role_id).sort()]);
}

/** All that a policy says. */
export function sayingOf(body: Body): string {
  return JSON.stringify([meaningOf(body), body.description ?? ""]);
}

/** A policy in a few words. */
export function inWords({ id, state, resource, control, description, created_by_id }: Policy): string {
  const value = (key: string) => resource.attributes.find((each) => each.key === key)?.value;
  const roles = control.grant.roles.map(({ role_id }) => role_id.replace(/^.*:/, "")).sort();
  const scope = value("resource") ?? value("serviceName");
  const by = created_by_id === US ? "us" : created_by_id === THEM ? "them" : created_by_id;
  return `${id.slice(0, 8)} ${state} ${String(scope)} ${roles.join("+")} ${description ?? "-"} by ${by}`;
}
