import type ResourceControllerV2 from "@ibm-cloud/platform-services/resource-controller/v2";
import type ResourceManagerV2 from "@ibm-cloud/platform-services/resource-manager/v2";
import * as v from "valibot";
import type { ResourceGroup, ServiceInstance } from "../results";
import { startIn } from "./answers";
import { connect, type Answer, type Client } from "./client";
import type { Deadline } from "./deadline";
import { notIamsAnswer } from "./errors";
import { allPages, type Page } from "./paging";
import { listPolicies } from "./policies";
import type { HeldPolicy } from "./policy";
import { resourceService, type ResourceService } from "./resource-service";
import { sdk } from "./sdk";
import type { Settings } from "./settings";

/** What an account holds: the same answers to the same question. Each method throws an `IamError`. */
export interface Resources {
  /** The account of the credentials. */
  accountId: () => Promise<string>;
  /** The active service instances: those of a name, or all. */
  instances: (name?: string) => Promise<ServiceInstance[]>;
  /** The active resource groups of the account. */
  groups: () => Promise<ResourceGroup[]>;
  /** The active authorization policies of the account, with the roles' display names. */
  policies: () => Promise<HeldPolicy[]>;
}

/** Resource Controller, Resource Manager and IAM as the settings lead to them. Nothing is asked before a method is called. */
export function openResources(settings: Settings, name?: string): Resources {
  let opened: Opened | undefined;
  const services = () => (opened ??= open(settings, name));
  const answers = new Map<string, Promise<unknown>>();

  /** One call for the same question; what failed is asked again by whoever comes next. */
  function shared<Result>(question: string, ask: () => Promise<Result>): Promise<Result> {
    const known = answers.get(question) as Promise<Result> | undefined;
    const asked = known ?? ask();
    answers.set(question, asked);
    asked.catch(() => answers.delete(question));
    return asked;
  }

  return {
    accountId: () => timed(async ({ client }, deadline) => (await client.identity(deadline)).accountId),
    instances: (name) =>
      shared(JSON.stringify(["instances", name]), () =>
        timed(({ controller }, deadline) => listInstances(controller, name, deadline)),
      ),
    groups: () => shared("groups", () => timed(listGroups)),
    policies: () =>
      shared("policies", () => timed(({ client }, deadline) => listPolicies(client, deadline, "display"))),
  };

  async function timed<Result>(
    ask: (services: Opened, deadline: Deadline) => Promise<Result>,
  ): Promise<Result> {
    const opened = services();
    return opened.client.withDeadline((deadline) => ask(opened, deadline));
  }
}

interface Opened {
  client: Client;
  controller: ResourceService<ResourceControllerV2>;
  manager: ResourceService<ResourceManagerV2>;
}

/** @throws NoCredentialsError */
function open(settings: Settings, name: string | undefined): Opened {
  const client = connect(settings, name);
  return {
    client,
    controller: resourceService(client, settings, {
      name: "Resource Controller",
      settings: ["ibmcloud:resourceControllerEndpoint", "IBMCLOUD_RESOURCE_CONTROLLER_API_ENDPOINT"],
      open: (options) => new (sdk().ResourceControllerV2)(options),
    }),
    manager: resourceService(client, settings, {
      name: "Resource Manager",
      settings: ["ibmcloud:resourceManagementEndpoint", "IBMCLOUD_RESOURCE_MANAGEMENT_API_ENDPOINT"],
      open: (options) => new (sdk().ResourceManagerV2)(options),
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
type HeldInstance = v.InferOutput<typeof instancePage>["resources"][number];

/** The largest page. Source: Resource Controller API. */
const PAGE = 100;

async function listInstances(
  { call, by }: ResourceService<ResourceControllerV2>,
  name: string | undefined,
  deadline: Deadline,
): Promise<ServiceInstance[]> {
  const filter = { limit: PAGE, ...(name !== undefined && { name }) };
  const what = "the look-up of service instances";
  const toInstances = ({ result, headers }: Answer): Page<HeldInstance> => {
    const { success, output: data } = v.safeParse(instancePage, result);
    if (!success) throw notIamsAnswer(what, headers, by);
    const { next_url } = data;
    return { entries: data.resources, next: next_url ? startIn(next_url) : undefined };
  };
  const all = await allPages(
    what,
    (start) =>
      call(
        (sdk) => sdk.listResourceInstances({ ...filter, ...(start !== undefined && { start }) }),
        toInstances,
        deadline,
      ),
    by,
  );
  const byCrn = new Map(all.filter(({ state }) => state === "active").map((each) => [each.crn, each]));
  return [...byCrn.values()].map(toInstance);
}

function toInstance({ guid, crn, name, ...held }: HeldInstance): ServiceInstance {
  // crn:v1:<cname>:<ctype>:<service>:<region>:a/<account>:<instance>::
  const [, , , , serviceName = "", region = "", scope = ""] = crn.split(":");
  return {
    guid,
    crn,
    name,
    serviceName,
    resourceGroupId: held.resource_group_id ?? "",
    region: held.region_id ?? region,
    accountId: held.account_id ?? scope.replace(/^a\//, ""),
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

/** There are few groups in an account, and Resource Manager answers them all at once. */
async function listGroups(
  { client, manager: { call, by } }: Opened,
  deadline: Deadline,
): Promise<ResourceGroup[]> {
  const { accountId } = await client.identity(deadline);
  const groups = await call(
    (sdk) => sdk.listResourceGroups({ accountId }),
    ({ result, headers }) => {
      const { success, output: data } = v.safeParse(groupList, result);
      if (!success) throw notIamsAnswer("the look-up of resource groups", headers, by);
      return data.resources;
    },
    deadline,
  );
  return groups
    .filter(({ state }) => state.toUpperCase() === "ACTIVE")
    .map((each) => ({
      id: each.id,
      crn: each.crn,
      name: each.name,
      accountId: each.account_id ?? accountId,
    }));
}
