import * as v from "valibot";
import { INSTANCE_ID } from "./instance-ids";
import type { Attribute } from "./policy";
import { HEX_ID, matching, text } from "./seed-values";

/** The source or target of a policy. A property is missing if the policy doesn't limit it. */
export interface AuthorizationSide {
  accountId?: string;
  /** `"*"` if the policy names no service. */
  serviceName?: string;
  /** The instance's GUID; `"*"` if the policy names neither an instance nor a resource group. */
  serviceInstance?: string;
  /** The group's id; `"*"` for all resource groups. */
  resourceGroupId?: string;
  region?: string;
  resourceType?: string;
  resource?: string;
  /** The attributes that have no property here, or an operator other than `stringEquals`. */
  attributes?: Attribute[];
  /** The access tags, only on a target. */
  tags?: Attribute[];
}

/**
 * The properties of a seed file that limit a side, besides its service and its account. A property of `AuthorizationSide` that is
 * missing here fails the build.
 */
export const LIMITS = {
  serviceInstance: v.optional(
    matching(
      `\\*|${INSTANCE_ID}`,
      'must be the id of an instance, or "*" for all',
      "The instance's GUID, or the id that its service has instead. `*` means all instances.",
    ),
  ),
  resourceGroupId: v.optional(
    matching(
      `\\*|${HEX_ID}`,
      'must be the id of a resource group, or "*" for all',
      "The id of a resource group. `*` means all resource groups.",
    ),
  ),
  region: v.optional(text("The location, such as `us-south`.")),
  resourceType: v.optional(text("The type of resource in the instance, such as `bucket`.")),
  resource: v.optional(text("The id or name of one resource of the type `resourceType`.")),
} satisfies Record<
  Exclude<keyof AuthorizationSide, "serviceName" | "accountId" | "attributes" | "tags">,
  unknown
>;

/** The attributes that have a property of their own. IAM supports no others on a source. */
export const SCOPE_KEYS: readonly string[] = ["serviceName", ...Object.keys(LIMITS), "accountId"];
