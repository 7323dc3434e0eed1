import * as pulumi from "@pulumi/pulumi";
import type { ServiceName } from "../args";
import type { ServiceInstance } from "../results";
import { findOne } from "./find-one";

/** The arguments of {@link getServiceInstanceOutput}. */
export interface GetServiceInstanceOutputArgs {
  /** The instance's name, as the IBM Cloud console shows it. */
  name: pulumi.Input<string>;
  /**
   * The instance's service. Set it if instances of several services have this name.
   * @default any service
   */
  serviceName?: pulumi.Input<ServiceName>;
  /**
   * The id of the instance's resource group. Set it if instances in several groups have this name.
   * @default any resource group
   */
  resourceGroupId?: pulumi.Input<string>;
  /**
   * The instance's location, such as `"us-south"`. Set it if instances in several locations have this name.
   * @default any location
   */
  region?: pulumi.Input<string>;
  /**
   * The name of the credentials to use, as for a resource. The lookup searches their account.
   * @default the default credentials: `ibmcloud:apiKey`, `IC_API_KEY` and so on
   */
  credentials?: pulumi.Input<string>;
}

/** The arguments of {@link getServiceInstance}. */
export type GetServiceInstanceArgs = pulumi.Unwrap<GetServiceInstanceOutputArgs>;

/** The arguments that distinguish instances with the same name. */
const FILTERS = ["serviceName", "resourceGroupId", "region"] as const;

/**
 * Looks up an active service instance by its name, in preview too.
 *
 * @throws pulumi.RunError if no instance or several instances match. The message lists instances, the closest name first.
 *
 * @example
 * const archive = await getServiceInstance({ name: "archive", serviceName: "cloud-object-storage" });
 */
export async function getServiceInstance(args: GetServiceInstanceArgs): Promise<ServiceInstance> {
  const { name, serviceName, resourceGroupId, region } = args;
  const filterTexts = [
    serviceName && ` of ${serviceName}`,
    region && ` in ${region}`,
    resourceGroupId && ` in the resource group ${resourceGroupId}`,
  ];
  const isMatch = (each: ServiceInstance) =>
    each.name === name && FILTERS.every((key) => args[key] === undefined || args[key] === each[key]);
  return findOne({
    lookup: "getServiceInstance",
    kind: "service instance",
    args,
    returned: ["name", ...FILTERS],
    filterText: filterTexts.filter(Boolean).join(""),
    matches: async (resources) => (await resources.instances(name)).filter(isMatch),
    candidates: async (resources) => ownServiceFirst(serviceName, await resources.instances()),
    describe,
    chooseOne,
  });
}

/**
 * Looks up a service instance like {@link getServiceInstance}, as soon as its arguments are known. The result is secret if
 * an argument is.
 *
 * @example
 * const archive = getServiceInstanceOutput({ name: "archive", resourceGroupId: group.id });
 */
export function getServiceInstanceOutput(args: GetServiceInstanceOutputArgs): pulumi.Output<ServiceInstance> {
  return pulumi.output(args).apply(getServiceInstance);
}

function describe({ name, serviceName, region, resourceGroupId, guid }: ServiceInstance): string {
  return `"${name}" (${serviceName} in ${region}, resource group ${resourceGroupId || "none"}, guid ${guid})`;
}

/** Puts the instances of one service first. Among equally close names, they are the likelier ones. */
function ownServiceFirst(
  serviceName: string | undefined,
  all: readonly ServiceInstance[],
): ServiceInstance[] {
  return [
    ...all.filter((each) => each.serviceName === serviceName),
    ...all.filter((each) => each.serviceName !== serviceName),
  ];
}

function chooseOne(several: readonly ServiceInstance[]): string {
  const differing = FILTERS.filter((key) => new Set(several.map((each) => each[key])).size > 1);
  if (differing.length > 0) return `Set ${differing.join(" or ")} to choose one`;
  return "They differ only in their GUIDs: use the GUID of one of them instead of a lookup, or rename one";
}
