import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import type { ServiceName } from "../args";
import type { Authorization } from "../results";
import type * as listing from "../provider/listing";
import { CodedError } from "../shared/coded-error";
import { connection } from "./connection";
import { notLookedUp } from "./look-up";

/** What one side of an authorization has to say, as IAM holds it. What is left out may be anything. */
export interface AuthorizationFilter {
  /** The account: 32 hexadecimal digits. */
  accountId?: pulumi.Input<string>;
  /** The service; `"*"` for those that name none. */
  serviceName?: pulumi.Input<ServiceName>;
  /** The instance: its GUID or its CRN; `"*"` for those of every instance. */
  serviceInstance?: pulumi.Input<string>;
  /** The resource group: its id; `"*"` for those of every resource group. */
  resourceGroupId?: pulumi.Input<string>;
}

/** Which authorizations {@link getAuthorizationsOutput} finds. */
export interface GetAuthorizationsOutputArgs {
  /** @default any source */
  source?: pulumi.Input<AuthorizationFilter>;
  /** @default any target */
  target?: pulumi.Input<AuthorizationFilter>;
  /**
   * Which credentials, by name, as for a resource: it is their account that is looked at.
   * @default the default credentials
   */
  credentials?: pulumi.Input<string>;
}

/** Which authorizations {@link getAuthorizations} finds. */
export type GetAuthorizationsArgs = pulumi.Unwrap<GetAuthorizationsOutputArgs>;

const KEYS = ["accountId", "serviceName", "serviceInstance", "resourceGroupId"];

/**
 * The authorizations that IAM holds in the credentials' account, of this stack or not, with Event Notifications on one side;
 * oldest first, none is an empty list. A filter is compared with what is written in IAM: one for an instance does not find
 * the authorization of all instances. In preview too.
 *
 * @throws pulumi.RunError in one sentence, when a filter has a property that it does not know, or IAM does not answer
 *
 * @example
 * const toKeyProtect = await getAuthorizations({ target: { serviceName: "kms" } });
 */
export async function getAuthorizations(args: GetAuthorizationsArgs = {}): Promise<Authorization[]> {
  const { source = {}, target = {}, credentials } = args;
  try {
    for (const [side, filter] of Object.entries({ source, target })) refuseUnknown(side, filter);
    const { toAuthorizations, isMeant } = loaded();
    const policies = await connection(credentials).policies();
    return toAuthorizations(policies).filter((each) => isMeant(each, { source, target }));
  } catch (cause) {
    throw notLookedUp("authorizations", cause);
  }
}

/**
 * The same for values that are known later: the look-up is made as soon as they are.
 *
 * @example
 * const ofThisOne = getAuthorizationsOutput({ source: { serviceInstance: en.guid } });
 */
export function getAuthorizationsOutput(
  args: GetAuthorizationsOutputArgs = {},
): pulumi.Output<Authorization[]> {
  return pulumi.output(args).apply(getAuthorizations);
}

function refuseUnknown(side: string, filter: object): void {
  const unknown = Object.keys(filter).find((key) => !KEYS.includes(key));
  if (unknown === undefined) return;
  throw new CodedError(
    "invalid-argument",
    `${side} is narrowed by ${KEYS.join(", ")}, and not by ${unknown}`,
  );
}

/** Loaded by the first look-up, and not by importing this package. */
function loaded(): typeof listing {
  return createRequire(__filename)("../provider/listing") as typeof listing;
}
