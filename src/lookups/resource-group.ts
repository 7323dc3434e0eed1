import * as pulumi from "@pulumi/pulumi";
import type { ResourceGroup } from "../results";
import { lookUp } from "./look-up";

/** Which resource group {@link getResourceGroupOutput} looks up. */
export interface GetResourceGroupOutputArgs {
  /** The group's name, as the console shows it. */
  name: pulumi.Input<string>;
  /**
   * Which credentials, by name, as for a resource: it is looked up in their account.
   * @default the default credentials
   */
  credentials?: pulumi.Input<string>;
}

/** Which resource group {@link getResourceGroup} looks up. */
export type GetResourceGroupArgs = pulumi.Unwrap<GetResourceGroupOutputArgs>;

/**
 * Looks up a resource group of the credentials' account by its name, in preview too. The credentials are those of the
 * resources: `ibmcloud:apiKey`, `IC_API_KEY` and so on.
 *
 * @throws pulumi.RunError when there is none of this name: it tells what there is, the nearest spelling first
 *
 * @example
 * const production = await getResourceGroup({ name: "production" });
 */
export async function getResourceGroup({ name, credentials }: GetResourceGroupArgs): Promise<ResourceGroup> {
  return lookUp({
    what: "the resource group",
    name,
    credentials,
    find: async (resources) => (await resources.groups()).filter((each) => each.name === name),
    all: (resources) => resources.groups(),
    tell: (each) => `"${each.name}" (${each.id})`,
    apart: () => "Write the id of one instead",
  });
}

/**
 * The same for a name that is known later: the look-up is made as soon as it is, and its result is secret where the name is.
 *
 * @example
 * const group = getResourceGroupOutput({ name: stack.getOutput("groupName") });
 */
export function getResourceGroupOutput(args: GetResourceGroupOutputArgs): pulumi.Output<ResourceGroup> {
  return pulumi.output(args).apply(getResourceGroup);
}
