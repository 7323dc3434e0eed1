import { readFileSync } from "node:fs";
import * as v from "valibot";
import { DEFAULT_ACCOUNT, type Accounts } from "./accounts";
import { expectedInstanceId } from "./instance-ids";
import type { Seed } from "./policy";
import { attributeOf } from "./policy-schema";
import type { InstanceSeed, ResourceGroupSeed } from "./resource";
import { createRoleCatalog, type RoleCatalog } from "./role-catalog";
import { listed, plainObject, sentenceOf } from "./schema-issues";
import { SeedError, toSeed } from "./seed-authorization";
import { seedFile, type SeedFile } from "./seed-schema";

/** The content of a seed file, as options of `startIamEmulator`. */
export interface Seeds {
  accounts: Accounts;
  seed: Seed[];
  instances: InstanceSeed[];
  resourceGroups: ResourceGroupSeed[];
}

/**
 * Reads a seed file, which `docs/emulator-seed.schema.json` describes.
 *
 * @param options `anyPair` as for `startIamEmulator`
 * @throws if the file cannot be read or is invalid, with the path of the value and what was expected
 *
 * @example
 * const iam = await startIamEmulator(readSeedFile("seed.json"));
 */
export function readSeedFile(path: string, { anyPair = false }: { anyPair?: boolean } = {}): Seeds {
  const json = parseJson(readFileSync(path, "utf8"));
  return parseSeeds(json, (accounts) => createRoleCatalog([], accounts, anyPair));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SeedError(`the seed must be JSON: ${(error as Error).message}`);
  }
}

/**
 * Converts the content of a seed file.
 *
 * @param rolesOf returns the roles that accounts can grant
 * @param held the accounts of a running emulator, which a seed file cannot change
 * @throws SeedError
 */
export function parseSeeds(
  json: unknown,
  rolesOf: (accounts: Accounts) => RoleCatalog,
  held?: Accounts,
): Seeds {
  const { success, output: file, issues } = v.safeParse(v.pipe(plainObject, seedFile), json);
  if (!success) throw new SeedError(sentenceOf(issues, "the seed"));
  if (held && file.accounts) throw new SeedError("accounts must be absent: the emulator is already running");
  const [first = DEFAULT_ACCOUNT, ...others] = file.accounts ?? held ?? [];
  const accounts: Accounts = [first, ...others];
  refuseUnknownAccounts(file, accounts);
  refuseRepeatedIds(file);
  refuseOtherInstanceIds(file);
  const roles = rolesOf(accounts);
  return {
    accounts,
    seed: [
      ...file.authorizations.map((each, at) => toSeed(each, `authorizations[${at}]`, accounts, roles)),
      ...file.policies,
    ],
    instances: file.instances,
    resourceGroups: file.resourceGroups,
  };
}

type Item = [path: string, value: string | undefined];

/** Refuses seeds for accounts that the emulator doesn't have: no caller could reach them. */
function refuseUnknownAccounts(file: SeedFile, accounts: Accounts): void {
  const items: Item[] = [
    ...file.resourceGroups.map(({ accountId }, at): Item => [`resourceGroups[${at}].accountId`, accountId]),
    ...file.instances.map(({ accountId }, at): Item => [`instances[${at}].accountId`, accountId]),
    ...file.authorizations.map(({ target }, at): Item => [
      `authorizations[${at}].target.accountId`,
      target.accountId,
    ]),
    ...file.policies.map(({ resource }, at): Item => [
      `policies[${at}].resource.attributes: accountId`,
      attributeOf(resource, "accountId"),
    ]),
  ];
  const ids = accounts.map(({ id }) => id);
  const unknown = items.find(([, id]) => id !== undefined && !ids.includes(id));
  if (unknown) throw new SeedError(`${unknown[0]} must be the id of an account: ${listed(ids)}`);
}

/** Refuses an id that occurs twice: the second item would replace the first one. */
function refuseRepeatedIds(file: SeedFile): void {
  const items: Item[] = [
    ...file.authorizations.map(({ id }, at): Item => [`authorizations[${at}].id`, id]),
    ...file.policies.map(({ id }, at): Item => [`policies[${at}].id`, id]),
    ...file.instances.map(({ guid }, at): Item => [`instances[${at}].guid`, guid]),
    ...file.resourceGroups.map(({ id }, at): Item => [`resourceGroups[${at}].id`, id]),
  ];
  const at = items.findIndex(
    ([, id], index) => id !== undefined && items.findIndex(([, other]) => other === id) < index,
  );
  if (at >= 0) throw new SeedError(`${items[at]?.[0]} must not be listed twice`);
}

/** Refuses an id that no instance of the service has, such as a name. */
function refuseOtherInstanceIds({ instances, authorizations }: SeedFile): void {
  const sides = authorizations.flatMap(({ source, target }, at) => [
    { path: `authorizations[${at}].source.serviceInstance`, ...source },
    { path: `authorizations[${at}].target.serviceInstance`, ...target },
  ]);
  const items = [
    ...instances.map(({ guid, serviceName }, at) => ({
      path: `instances[${at}].guid`,
      serviceName,
      id: guid,
    })),
    ...sides.map(({ path, serviceName, serviceInstance: id }) => ({ path, serviceName, id })),
  ];
  for (const { path, serviceName, id = "*" } of items) {
    const expected = id === "*" ? undefined : expectedInstanceId(id, serviceName);
    if (expected !== undefined)
      throw new SeedError(`${path} must be ${expected}, for the service ${serviceName}`);
  }
}
