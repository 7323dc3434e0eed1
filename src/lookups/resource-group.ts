import * as pulumi from "@pulumi/pulumi";
import type { ResourceGroup } from "../results";
import { findOne } from "./find-one";

/** The arguments of {@link getResourceGroupOutput}. */
export interface GetResourceGroupOutputArgs {
  /** The group's name, as the IBM Cloud console shows it. */
  name: pulumi.Input<string>;
  /**
   * The name of the credentials to use, as for a resource. The lookup searches their account.
   * @default the default credentials: `ibmcloud:apiKey`, `IC_API_KEY` and so on
   */
  credentials?: pulumi.Input<string>;
}

/** The arguments of {@link getResourceGroup}. */
export type GetResourceGroupArgs = pulumi.Unwrap<GetResourceGroupOutputArgs>;

/**
 * Looks up a resource group by its name, in preview too.
 *
 * @throws pulumi.RunError if no group or several groups have this name. The message lists groups, the closest name first.
 *
 * @example
 * const production = await getResourceGroup({ name: "production" });
 */
export async function getResourceGroup(args: GetResourceGroupArgs): Promise<ResourceGroup> {
  const { name } = args;
  return findOne({
    lookup: "getResourceGroup",
    kind: "resource group",
    args,
    returned: ["name"],
    matches: async (resources) => (await resources.groups()).filter((each) => each.name === name),
    candidates: (resources) => resources.groups(),
    describe: (each) => `"${each.name}" (${each.id})`,
    chooseOne: () => "Use the id of one of them instead of a lookup",
  });
}

/**
 * Looks up a resource group like {@link getResourceGroup}, as soon as its arguments are known. The result is secret if an
 * argument is.
 *
 * @example
 * const group = getResourceGroupOutput({ name: stack.getOutput("groupName") });
 */
export function getResourceGroupOutput(args: GetResourceGroupOutputArgs): pulumi.Output<ResourceGroup> {
  return pulumi.output(args).apply(getResourceGroup);
}
