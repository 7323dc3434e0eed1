import type { HeldPolicy, PolicyBody } from "../iam/policy";
import type { Inputs, Source, Target } from "./inputs";
import { namesOfRoles } from "./roles";
import { fromAttributes, fromTags, toAttributes, toTags } from "./scope";

/** What the resource keeps in state: the inputs as IAM holds them, and what IAM adds. */
export interface State extends Omit<Inputs, "roles"> {
  roles: string[];
  source: Source & { accountId: string };
  target: Target & { accountId: string };
  state: string;
  href: string;
  createdAt?: string;
  createdById?: string;
  lastModifiedAt?: string;
  lastModifiedById?: string;
  /** What a policy may hold that no argument says. */
  pattern?: string;
  rule?: Record<string, unknown>;
  template?: Record<string, unknown>;
}

/** The policy that inputs ask for; both sides have their accounts. */
export function toPolicy({ source, target, description }: Inputs, roleIds: string[]): PolicyBody {
  const tags = toTags(target);
  return {
    subject: { attributes: toAttributes(source) },
    resource: { attributes: toAttributes(target), ...(tags && { tags }) },
    roleIds,
    ...(description !== undefined && { description }),
  };
}

/**
 * The state that a policy means.
 *
 * @param roleNames display names by CRN; a role without one keeps its CRN
 */
export function fromPolicy(policy: HeldPolicy, roleNames: Readonly<Record<string, string>>): State {
  const { state, href, createdAt, createdById, lastModifiedAt, lastModifiedById, pattern, rule, template } =
    policy;
  const description = policy.description === "" ? undefined : policy.description;
  const told = {
    description,
    createdAt,
    createdById,
    lastModifiedAt,
    lastModifiedById,
    pattern,
    rule,
    template,
  };
  return {
    ...scopeOf(policy),
    roles: namesOfRoles(policy.roleIds, roleNames),
    state,
    href,
    ...defined(told),
  };
}

/** Both sides of a policy as arguments, in normal form and with their accounts. */
export function scopeOf({ subject, resource }: PolicyBody): Pick<State, "source" | "target"> {
  const tags = fromTags(resource.tags);
  return {
    source: fromAttributes(subject.attributes) as State["source"],
    target: { ...fromAttributes(resource.attributes), ...(tags && { tags }) } as State["target"],
  };
}

/** What only the state holds of the inputs: IAM knows nothing of it. */
export function localOf({ adopt, settle, presetRoles, credentials }: Partial<Inputs>): Pick<Inputs, Local> {
  return defined({ adopt, settle, presetRoles, credentials });
}

type Local = "adopt" | "settle" | "presetRoles" | "credentials";

type Said = Pick<State, "source" | "target" | "roles" | "description" | Local>;

/** The inputs, in normal form, that would make this state: what a program has to say for nothing to change. */
export function inputsOf({ source, target, roles, description, ...rest }: Said): Inputs {
  const { accountId: sourceAccount, ...from } = source;
  const { accountId, ...to } = target;
  return {
    source: sourceAccount === accountId ? from : source,
    target: to,
    roles,
    ...(description !== undefined && { description }),
    ...localOf(rest),
  };
}

/** Without properties that are `undefined`: Pulumi's wire format has no such value. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}
