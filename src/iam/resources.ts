import type ResourceControllerV2 from "@ibm-cloud/platform-services/resource-controller/v2";
import type ResourceManagerV2 from "@ibm-cloud/platform-services/resource-manager/v2";
import type { Authenticator } from "ibm-cloud-sdk-core";
import * as v from "valibot";
import type { ResourceGroup, ServiceInstance } from "../results";
import { connect, type Client } from "./client";
import { isPrivate, normalizeEndpoint } from "./config";
import type { Deadline } from "./deadline";
import { unreadableResponse, OtherServiceError } from "./errors";
import { otherService } from "./hints";
import { memoize } from "./memoize";
import { pageToken, readAllPages, type Page } from "./parse";
import { listPolicies } from "./policies";
import { sdk, USER_AGENT } from "./sdk";
import { guardHttp, type Http } from "./transport";
import type { Policy, SdkResponse, Settings, Service } from "./types";

/** The resources of an account. Equal lookups share one call. Each method throws an `IamError`. */
export interface Resources {
  /** The account of the credentials. */
  accountId: () => Promise<string>;
  /** Lists the active service instances: those with a name, or all. */
  instances: (name?: string) => Promise<ServiceInstance[]>;
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

/** Opens Resource Controller, Resource Manager and IAM. Nothing is read or sent before a method is called. */
export function openResources(settings: Settings, name?: string): Resources {
  let opened: Clients | undefined;
  const clients = () => (opened ??= open(settings, name));
  const withDeadline = async <Result>(work: (clients: Clients, deadline: Deadline) => Promise<Result>) =>
    clients().iam.withDeadline((deadline) => work(clients(), deadline));

  const all = memoize(() => withDeadline(listInstances));
  const named = memoize((wanted) => withDeadline((each, deadline) => listInstances(each, deadline, wanted)));
  const groups = memoize(() => withDeadline(listGroups));
  const policies = memoize(() => withDeadline(({ iam }, deadline) => listPolicies(iam, deadline, "display")));
  return {
    accountId: () => withDeadline(async ({ iam }, deadline) => (await iam.identity(deadline)).accountId),
    instances: (wanted) => (wanted === undefined ? all.get() : named.get(wanted)),
    groups: () => groups.get(),
    policies: () => policies.get(),
  };
}

/** @throws NoCredentialsError */
function open(settings: Settings, name: string | undefined): Clients {
  const iam = connect(settings, name);
  return {
    iam,
    controller: createResourceClient(iam, settings, {
      name: "Resource Controller",
      endpoint: ["ibmcloud:resourceControllerEndpoint", "IBMCLOUD_RESOURCE_CONTROLLER_API_ENDPOINT"],
      create: (options) => new (sdk().ResourceControllerV2)(options),
    }),
    manager: createResourceClient(iam, settings, {
      name: "Resource Manager",
      endpoint: ["ibmcloud:resourceManagementEndpoint", "IBMCLOUD_RESOURCE_MANAGEMENT_API_ENDPOINT"],
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
  { controller: { call, service } }: Clients,
  deadline: Deadline,
  name?: string,
): Promise<ServiceInstance[]> {
  const filter = { limit: PAGE_SIZE, ...(name !== undefined && { name }) };
  const list = "the list of service instances";
  const parse = ({ result, headers }: SdkResponse): Page<InstanceEntry> => {
    const { success, output } = v.safeParse(instancePage, result);
    if (!success) throw unreadableResponse("listing service instances", headers, service);
    const { next_url } = output;
    return { entries: output.resources, next: next_url ? pageToken(next_url) : undefined };
  };
  const entries = await readAllPages(
    list,
    (start) =>
      call(
        (sdk) => sdk.listResourceInstances({ ...filter, ...(start !== undefined && { start }) }),
        parse,
        deadline,
      ),
    service,
  );
  const active = entries.filter(({ state }) => state === "active");
  return [...new Map(active.map((each) => [each.crn, each])).values()].map(toInstance);
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

/** Resource Controller and Resource Manager share an endpoint. */
const PUBLIC_ENDPOINT = "https://resource-controller.cloud.ibm.com";
const PRIVATE_ENDPOINT = "https://private.resource-controller.cloud.ibm.com";

/** The options of IBM's clients. */
interface SdkOptions {
  authenticator: Authenticator;
  serviceUrl: string;
  headers: Record<string, string>;
}

/** A client of Resource Controller or Resource Manager. */
export interface ResourceClient<Sdk> {
  service: Service;
  /** Makes a call with retries. Throws an `IamError` that names the service. */
  call: <Result>(
    send: (sdk: Sdk) => Promise<SdkResponse>,
    parse: (response: SdkResponse) => Result,
    deadline: Deadline,
  ) => Promise<Result>;
}

interface ResourceService<Sdk> {
  name: string;
  /** The settings of the endpoint: a key of the stack's configuration, and an environment variable. */
  endpoint: readonly [config: string, env: string];
  create: (options: SdkOptions) => Sdk;
}

/** Creates a client that shares the credentials and the token of an IAM client. */
export function createResourceClient<Sdk extends { getHttpClient: () => Http }>(
  client: Client,
  settings: Settings,
  { name, endpoint, create }: ResourceService<Sdk>,
): ResourceClient<Sdk> {
  const [configKey, variable] = endpoint;
  const written = settings.config(configKey) || settings.env[variable];
  const usual = isPrivate(settings) ? PRIVATE_ENDPOINT : PUBLIC_ENDPOINT;
  const serviceUrl = written ? normalizeEndpoint(written, endpoint.join(", ")) : usual;
  const service = otherService(name, endpoint.join(", "));
  let sdk: Sdk | undefined;

  function connect(authenticator: Authenticator): Sdk {
    const created = create({ authenticator, serviceUrl, headers: { "User-Agent": USER_AGENT } });
    guardHttp(created.getHttpClient(), client.http);
    return created;
  }

  return {
    service,
    call: (send, parse, deadline) =>
      client.call(
        async (iam) => {
          try {
            return await send((sdk ??= connect(iam.getAuthenticator() as Authenticator)));
          } catch (cause) {
            throw new OtherServiceError(service, cause);
          }
        },
        parse,
        deadline,
      ),
  };
}
