import type { Accounts } from "./accounts";
import type { Attribute, Seed } from "./policy";
import type { RoleCatalog } from "./role-catalog";
import type { SeedAuthorization } from "./seed-schema";

/** A problem of a seed file. Its message is a sentence without a full stop. */
export class SeedError extends Error {}

/** Means all instances, all resource groups, or no service. */
const ALL = "*";

/**
 * Converts an authorization of a seed file to a policy.
 *
 * @param path the path of the authorization in the file, for errors
 * @throws SeedError
 */
export function toSeed(
  { id, source, target, roles, description }: SeedAuthorization,
  path: string,
  accounts: Accounts,
  catalog: RoleCatalog,
): Seed {
  refuseUnclearScope(`${path}.source`, source);
  refuseUnclearScope(`${path}.target`, target);
  if (source.serviceName === ALL && source.resourceGroupId === undefined)
    throw new SeedError(`${path}.source must have resourceGroupId if serviceName is "*"`);
  if (target.serviceName === ALL && target.resourceType !== "resource-group")
    throw new SeedError(`${path}.target must have resourceType "resource-group" if serviceName is "*"`);

  const account = accounts.find((each) => each.id === target.accountId) ?? accounts[0];
  const caller = { accountId: account.id, iamId: account.iamId };
  const offered = catalog.offered(caller, serviceOf(source), serviceOf(target));
  const pair = `${serviceOf(source) ?? "any service"} to ${serviceOf(target) ?? "resource groups"}`;
  if (offered.length === 0)
    throw new SeedError(
      `${path} must be for services that have roles: ${pair} has none (--any-pair allows more pairs)`,
    );
  const roleIds = roles.map((role, at) => {
    const wanted = role.toLowerCase();
    const found = offered.find(
      ({ crn, display_name }) => role === crn || display_name.toLowerCase() === wanted,
    );
    if (found) return { role_id: found.crn };
    const names = offered.map(({ display_name }) => display_name).join(", ");
    throw new SeedError(`${path}.roles[${at}] must be a role for ${pair} (${names}), not "${role}"`);
  });
  return {
    ...(id !== undefined && { id }),
    ...(description !== undefined && { description }),
    subject: { attributes: attributesOf({ accountId: account.id, ...source }) },
    resource: { attributes: attributesOf({ ...target, accountId: account.id }) },
    control: { grant: { roles: roleIds } },
  };
}

type Side = SeedAuthorization["source"];

/** As in a program, a missing scope must not become a grant to everything. */
function refuseUnclearScope(path: string, { serviceInstance, resourceGroupId }: Partial<Side>): void {
  if ((serviceInstance === undefined) === (resourceGroupId === undefined))
    throw new SeedError(`${path} must have either serviceInstance or resourceGroupId; "*" means all`);
}

function serviceOf({ serviceName }: Pick<Side, "serviceName">): string | undefined {
  return serviceName === ALL ? undefined : serviceName;
}

/** IAM stores no attribute for `*`, except for a resource group. */
function attributesOf(side: Side): Attribute[] {
  return Object.entries(side).flatMap(([key, value]: [string, string]): Attribute[] => {
    if (value !== ALL) return [{ key, operator: "stringEquals", value }];
    return key === "resourceGroupId" ? [{ key, operator: "stringExists", value: true }] : [];
  });
}
