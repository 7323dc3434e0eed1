import type { OfferedRole } from "../iam/roles";
import { parseCrn } from "./crn";
import type { Inputs, Source, Target } from "./inputs";
import { canonicalRoles } from "./roles";
import { defaultSourceService } from "./rules/pair";
import { fromAttributes, fromTags, toAttributes, toTags } from "./scope";
import type { Failure } from "./shape";
import { holdsUnknown, isUnknown } from "./unknown";

/** What only IAM can tell; absent where it was not asked, or did not answer. */
export interface Facts {
  /** The account of the credentials. */
  accountId?: string;
  /** The roles that IAM offers for this source and target. */
  roles?: readonly OfferedRole[];
  /** What is wrong with the credentials themselves. */
  refusals?: Failure[];
}

/**
 * Brings valid inputs to their normal form: inputs that mean the same become equal. The source's service is filled in,
 * CRNs become GUIDs, the credentials' own account is left out, roles have their canonical names, lists are sorted.
 *
 * A part that holds something unknown stays as it is, but for the source's service, and so does a CRN whose account nobody
 * wrote while the account of the credentials is not known.
 */
export function normalForm(inputs: Inputs, facts: Facts): Inputs {
  const { adopt, settle, description, ...rest } = inputs;
  return {
    ...rest,
    // Configuration often gives "" for none.
    ...(description !== undefined && description !== "" && { description }),
    source: normalSide(withService(inputs), facts),
    target: normalSide<Target>(inputs.target, facts),
    ...normalRoles(inputs, facts),
    ...normalLocal(inputs),
  };
}

/** The source with the service that it has where it names none, which the target's service alone decides. */
function withService(inputs: Inputs): Source {
  const serviceName = isUnknown(inputs.source) ? undefined : defaultSourceService(inputs);
  return serviceName === undefined ? inputs.source : { serviceName, ...inputs.source };
}

function normalRoles({ roles }: Inputs, facts: Facts): Pick<Inputs, "roles"> {
  if (roles === undefined) return {};
  return { roles: holdsUnknown(roles) ? roles : canonicalRoles(roles, facts.roles) };
}

/** Without what says the default. */
function normalLocal({ adopt, settle }: Inputs): Pick<Inputs, "adopt" | "settle"> {
  const waits = Object.entries(settle ?? {}).filter(([, seconds]) => seconds !== 0);
  return {
    ...(adopt !== undefined && adopt !== false && { adopt }),
    ...(waits.length > 0 && { settle: holdsUnknown(settle) ? settle : Object.fromEntries(waits) }),
  };
}

function normalSide<Side extends Partial<Source & Target>>(side: Side, facts: Facts): Side {
  // Without a service's name the source waits for a target that is not known yet.
  if (holdsUnknown(side) || side.serviceName === undefined) return side;
  const { accountId, ...rest } = withoutCrn(side, facts);
  const abroad = accountId === facts.accountId ? {} : { accountId };
  const tags = fromTags(toTags(side));
  return { ...fromAttributes(toAttributes({ ...rest, ...abroad })), ...(tags && { tags }) } as Side;
}

function withoutCrn(side: Partial<Source & Target>, facts: Facts): Partial<Source & Target> {
  const crn = parseCrn(side.serviceInstance ?? "");
  if (!crn || needsAccount(side, facts)) return side;
  return { ...side, serviceInstance: crn.serviceInstance };
}

/** Whether a side holds the CRN of an account that nobody wrote, while the account of the credentials is not known. */
function needsAccount(side: Partial<Source & Target>, facts: Facts): boolean {
  const crn = parseCrn(side.serviceInstance ?? "");
  return crn?.accountId !== undefined && side.accountId === undefined && facts.accountId === undefined;
}

/** What is wrong with the accounts, once the account of the credentials is known. */
export function checkAccounts(inputs: Inputs, { accountId }: Facts): Failure[] {
  if (accountId === undefined) return [];
  const failures: Failure[] = [];
  const source = accountOf(inputs.source);
  if (source !== undefined && source !== accountId && inputs.source.accountId === undefined) {
    const property = "source.serviceInstance";
    const reason = `${property} is a CRN of another account than the credentials' (${accountId}): if that is meant, write source.accountId: "${source}"`;
    failures.push({ property, reason, code: "wrong-account" });
  }
  const target = accountOf(inputs.target);
  if (target !== undefined && target !== accountId) {
    const property = inputs.target.accountId === undefined ? "target.serviceInstance" : "target.accountId";
    const reason = `${property} is of the account ${target}, but an authorization is made in its target's account and these credentials are of ${accountId}: use credentials of ${target}`;
    failures.push({ property, reason, code: "wrong-account" });
  }
  return failures;
}

function accountOf(side: Partial<Source & Target>): string | undefined {
  if (holdsUnknown(side)) return undefined;
  return side.accountId ?? parseCrn(side.serviceInstance ?? "")?.accountId;
}

/** The normal form with the accounts of both sides, as IAM holds them. */
export function withAccounts(inputs: Inputs, accountId: string): Inputs {
  return addAccounts(normalForm(inputs, { accountId }), accountId);
}

/** The inputs with the accounts of both sides, where nobody wrote them: the credentials' own. */
export function addAccounts({ source, target, ...rest }: Inputs, accountId: string): Inputs {
  return {
    ...rest,
    source: holdsUnknown(source) ? source : { accountId, ...source },
    target: holdsUnknown(target) ? target : { accountId, ...target },
  };
}
