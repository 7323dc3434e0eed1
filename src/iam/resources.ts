import type ResourceControllerV2 from "@ibm-cloud/platform-services/resource-controller/v2";
import type ResourceManagerV2 from "@ibm-cloud/platform-services/resource-manager/v2";
import * as v from "valibot";
import type { ResourceGroup, ServiceInstance } from "../results";
import { connect, type Client } from "./client";
import { configuredEndpoint, ENDPOINTS, isIbmCloud, type Endpoint } from "./config";
import { withDeadline, type Deadline } from "./deadline";
import { unreadableResponse } from "./errors";
import { memoize } from "./memoize";
import { pageToken, readAllPages, type Page } from "./parse";
import { listPolicies } from "./policies";
import { createResourceClient, type ResourceClient } from "./resource-client";
import { sdk } from "./sdk";
import type { Policy, SdkResponse, Settings } from "./types";

/** The resources of an account. Equal lookups share one call. Each method throws an `IamError`. */
export interface Resources {
  /** The account of the credentials. */
  accountId: () => Promise<string>;
  /** Lists the active service instances: those with a name, or all. */
  instances: (name?: string) => Promise<ServiceInstance[]>;
  /** Finds the service instance with a GUID, active or still provisioning. */
  instance: (guid: string) => Promise<ServiceInstance | undefined>;
  /** Lists the active resource groups. */
  groups: () => Promise<ResourceGroup[]>;
  /** Lists the active authorizations, with the display names of roles. */
  policies: () => Promise<Policy[]>;
}

interface Clients {
  iam: Client;
  controller: ResourceClient<ResourceControllerV2>;
  manager: ResourceClient<ResourceManagerV2>;
}

/**
 * Opens Resource Controller, Resource Manager and IAM. Nothing is read or sent before a method is called.
 *
 * @param name the name of the credentials. @default the default credentials
 * @param shared an IAM client whose token is used, and the time limit of each method in milliseconds
 */
export function openResources(
  settings: Settings,
  name?: string,
  shared?: { client: Client; timeout: number },
): Resources {
  let opened: Clients | undefined;
  const clients = () => (opened ??= open(settings, shared?.client ?? connect(settings, name)));
  const limited = async <Result>(work: (clients: Clients, deadline: Deadline) => Promise<Result>) => {
    const all = clients();
    const within = (deadline: Deadline) => work(all, deadline);
    if (!shared) return all.iam.withDeadline(within);
    return withDeadline(shared.timeout, settings.cancelled, within);
  };

  const all = memoize(() => limited(listInstances));
  const named = memoize((wanted) =>
    limited((each, deadline) => listInstances(each, deadline, { name: wanted })),
  );
  const known = memoize((guid) => limited((each, deadline) => findInstance(each, deadline, guid)));
  const groups = memoize(() => limited(listGroups));
  const policies = memoize(() => limited(({ iam }, deadline) => listPolicies(iam, deadline, "display")));
  return {
    accountId: () => limited(async ({ iam }, deadline) => (await iam.identity(deadline)).accountId),
    instances: (wanted) => (wanted === undefined ? all.get() : named.get(wanted)),
    instance: (guid) => known.get(guid),
    groups: () => groups.get(),
    policies: () => policies.get(),
  };
}

/**
 * Returns true if Resource Controller and Resource Manager are known to belong to IAM's account: if IAM is IBM Cloud's, or if
 * both have an endpoint of their own. If IAM is an emulator, IBM Cloud's resources don't belong to its account.
 */
export function hasResources(settings: Settings, { endpoint }: Client): boolean {
  const isConfigured = (endpoint: Endpoint) => configuredEndpoint(settings, endpoint) !== undefined;
  return isIbmCloud(endpoint) || [ENDPOINTS.controller, ENDPOINTS.manager].every(isConfigured);
}

function open(settings: Settings, iam: Client): Clients {
  return {
    iam,
    controller: createResourceClient(iam, settings, {
      name: "Resource Controller",
      endpoint: ENDPOINTS.controller,
      create: (options) => new (sdk().ResourceControllerV2)(options),
    }),
    manager: createResourceClient(iam, settings, {
      name: "Resource Manager",
      endpoint: ENDPOINTS.manager,
      create: (options) => new (sdk().ResourceManagerV2)(options),
    }),
  };
}

const instancePage = v.object({
  next_url: v.nullish(v.string()),
  resources: v.array(
    v.object({
      guid: v.string(),
      crn: v.string(),
      name: v.string(),
      state: v.nullish(v.string(), "active"),
      account_id: v.nullish(v.string()),
      resource_group_id: v.nullish(v.string()),
      region_id: v.nullish(v.string()),
    }),
  ),
});
type InstanceEntry = v.InferOutput<typeof instancePage>["resources"][number];

/** The largest page that Resource Controller allows. Source: Resource Controller API. */
const PAGE_SIZE = 100;

async function listInstances(
  clients: Clients,
  deadline: Deadline,
  filter: { name?: string } = {},
): Promise<ServiceInstance[]> {
  const entries = await listEntries(clients, deadline, filter);
  const active = entries.filter(({ state }) => state === "active");
  return [...new Map(active.map((each) => [each.crn, each])).values()].map(toInstance);
}

async function findInstance(
  clients: Clients,
  deadline: Deadline,
  guid: string,
): Promise<ServiceInstance | undefined> {
  const entries = await listEntries(clients, deadline, { guid });
  const found = entries.find((each) => each.guid.toLowerCase() === guid.toLowerCase());
  return found && toInstance(found);
}

/** Lists the instances that are active or still provisioning. */
async function listEntries(
  { controller: { call, service } }: Clients,
  deadline: Deadline,
  filter: { name?: string; guid?: string },
): Promise<InstanceEntry[]> {
  const list = "the list of service instances";
  const parse = ({ result, headers }: SdkResponse): Page<InstanceEntry> => {
    const { success, output } = v.safeParse(instancePage, result);
    if (!success) throw unreadableResponse("listing service instances", headers, service);
    const { next_url } = output;
    return { entries: output.resources, next: next_url ? pageToken(next_url) : undefined };
  };
  return readAllPages(
    list,
    (start) =>
      call(
        (sdk) =>
          sdk.listResourceInstances({ limit: PAGE_SIZE, ...filter, ...(start !== undefined && { start }) }),
        parse,
        deadline,
      ),
    service,
  );
}

function toInstance({ guid, crn, name, ...entry }: InstanceEntry): ServiceInstance {
  // crn:v1:<cname>:<ctype>:<service>:<region>:a/<account>:<instance>::
  const [, , , , serviceName = "", region = "", scope = ""] = crn.split(":");
  return {
    guid,
    crn,
    name,
    serviceName,
    resourceGroupId: entry.resource_group_id ?? "",
    region: entry.region_id ?? region,
    accountId: entry.account_id ?? scope.replace(/^a\//, ""),
  };
}

const groupList = v.object({
  resources: v.array(
    v.object({
      id: v.string(),
      crn: v.nullish(v.string(), ""),
      name: v.string(),
      state: v.nullish(v.string(), "ACTIVE"),
      account_id: v.nullish(v.string()),
    }),
  ),
});

/** An account has few resource groups, and Resource Manager returns them all at once. */
async function listGroups(
  { iam, manager: { call, service } }: Clients,
  deadline: Deadline,
): Promise<ResourceGroup[]> {
  const { accountId } = await iam.identity(deadline);
  const groups = await call(
    (sdk) => sdk.listResourceGroups({ accountId }),
    ({ result, headers }) => {
      const { success, output } = v.safeParse(groupList, result);
      if (!success) throw unreadableResponse("listing resource groups", headers, service);
      return output.resources;
    },
    deadline,
  );
  return groups
    .filter(({ state }) => state.toUpperCase() === "ACTIVE")
    .map(({ id, crn, name, account_id }) => ({ id, crn, name, accountId: account_id ?? accountId }));
}
