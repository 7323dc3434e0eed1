import * as pulumi from "@pulumi/pulumi";
import type { ServiceName } from "../args";
import type { ServiceInstance } from "../results";
import { lookUp } from "./look-up";

/** Which instance {@link getServiceInstanceOutput} looks up. */
export interface GetServiceInstanceOutputArgs {
  /** The instance's name, as the console shows it. */
  name: pulumi.Input<string>;
  /**
   * The service that it is an instance of, where several have one of this name.
   * @default any
   */
  serviceName?: pulumi.Input<ServiceName>;
  /**
   * The id of the resource group that it is in, where several have one of this name.
   * @default any
   */
  resourceGroupId?: pulumi.Input<string>;
  /**
   * Where it is, such as `"us-south"`, where there are several of this name.
   * @default anywhere
   */
  region?: pulumi.Input<string>;
  /**
   * Which credentials, by name, as for a resource: it is looked up in their account.
   * @default the default credentials
   */
  credentials?: pulumi.Input<string>;
}

/** Which instance {@link getServiceInstance} looks up. */
export type GetServiceInstanceArgs = pulumi.Unwrap<GetServiceInstanceOutputArgs>;

/** What tells instances of one name from one another. */
const NARROWING = ["serviceName", "resourceGroupId", "region"] as const;

/**
 * Looks up a service instance of the credentials' account by its name, in preview too. Only active ones count. The
 * credentials are those of the resources: `ibmcloud:apiKey`, `IC_API_KEY` and so on.
 *
 * @throws pulumi.RunError when there is none of this name, or several: it tells what there is, the nearest spelling first
 *
 * @example
 * const archive = await getServiceInstance({ name: "archive", serviceName: "cloud-object-storage" });
 */
export async function getServiceInstance(args: GetServiceInstanceArgs): Promise<ServiceInstance> {
  const { name, serviceName, resourceGroupId, region, credentials } = args;
  const narrowed = [
    serviceName && ` of ${serviceName}`,
    region && ` in ${region}`,
    resourceGroupId && ` in the resource group ${resourceGroupId}`,
  ];
  const isMeant = (each: ServiceInstance) =>
    each.name === name && NARROWING.every((key) => args[key] === undefined || args[key] === each[key]);
  return lookUp({
    what: "the service instance",
    name,
    credentials,
    narrowed: narrowed.filter(Boolean).join(""),
    find: async (resources) => (await resources.instances(name)).filter(isMeant),
    all: async (resources) => sortedBy(serviceName, await resources.instances()),
    tell,
    apart,
  });
}

/**
 * The same for values that are known later: the look-up is made as soon as they are, and its result is secret where one of
 * them is.
 *
 * @example
 * const archive = getServiceInstanceOutput({ name: "archive", resourceGroupId: group.id });
 */
export function getServiceInstanceOutput(args: GetServiceInstanceOutputArgs): pulumi.Output<ServiceInstance> {
  return pulumi.output(args).apply(getServiceInstance);
}

function tell({ name, serviceName, region, resourceGroupId, guid }: ServiceInstance): string {
  return `"${name}" (${serviceName} in ${region}, resource group ${resourceGroupId || "none"}, guid ${guid})`;
}

/** Those of the wanted service first: among equally near spellings they are the likelier ones. */
function sortedBy(serviceName: string | undefined, all: readonly ServiceInstance[]): ServiceInstance[] {
  return [
    ...all.filter((each) => each.serviceName === serviceName),
    ...all.filter((each) => each.serviceName !== serviceName),
  ];
}

function apart(several: readonly ServiceInstance[]): string {
  const telling = NARROWING.filter((key) => new Set(several.map((each) => each[key])).size > 1);
  if (telling.length > 0) return `Say which one by ${telling.join(" or ")}`;
  return "Nothing but the guid tells them apart: write that, or give one of them another name";
}
