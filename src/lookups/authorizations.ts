import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import type { ServiceName } from "../args";
import type * as listing from "../provider/authorizations";
import type { Authorization } from "../results";
import { CodedError } from "../shared/coded-error";
import { connect } from "./connection";
import { lookupError } from "./find-one";
import { mockedResult } from "./mocked";

/** A filter on the source or target of authorizations. Properties that are not set match everything. */
export interface AuthorizationFilter {
  /** The id of the account: 32 hexadecimal digits. */
  accountId?: pulumi.Input<string>;
  /** The name of the service. `"*"` matches only authorizations that name no service. */
  serviceName?: pulumi.Input<ServiceName>;
  /** The GUID or CRN of the service instance. `"*"` matches only authorizations for all instances. */
  serviceInstance?: pulumi.Input<string>;
  /** The id of the resource group. `"*"` matches only authorizations for all resource groups. */
  resourceGroupId?: pulumi.Input<string>;
}

/** The arguments of {@link getAuthorizationsOutput}. */
export interface GetAuthorizationsOutputArgs {
  /**
   * A filter on the source.
   * @default any source
   */
  source?: pulumi.Input<AuthorizationFilter>;
  /**
   * A filter on the target.
   * @default any target
   */
  target?: pulumi.Input<AuthorizationFilter>;
  /**
   * The name of the credentials to use, as for a resource. The lookup searches their account.
   * @default the default credentials: `ibmcloud:apiKey`, `IC_API_KEY` and so on
   */
  credentials?: pulumi.Input<string>;
}

/** The arguments of {@link getAuthorizations}. */
export type GetAuthorizationsArgs = pulumi.Unwrap<GetAuthorizationsOutputArgs>;

const FILTER_KEYS = ["accountId", "serviceName", "serviceInstance", "resourceGroupId"];

/**
 * Returns the authorizations from and to Event Notifications in the credentials' account, in preview too. The oldest comes
 * first. The result includes authorizations that this stack does not manage.
 *
 * A filter matches the stored value only: a filter for one instance does not match an authorization for all instances.
 *
 * @throws pulumi.RunError if a filter has an unknown property, or if IAM cannot be queried
 *
 * @example
 * const toKeyProtect = await getAuthorizations({ target: { serviceName: "kms" } });
 */
export async function getAuthorizations(args: GetAuthorizationsArgs = {}): Promise<Authorization[]> {
  const { source = {}, target = {}, credentials } = args;
  try {
    for (const [side, filter] of Object.entries({ source, target })) refuseUnknownKeys(side, filter);
    const mocked = await mockedResult("getAuthorizations", args);
    if (mocked) return mocked["authorizations"] as Authorization[];
    const { toAuthorizations, matchesFilter } = policyListing();
    const policies = await connect(credentials).policies();
    return toAuthorizations(policies).filter((each) => matchesFilter(each, { source, target }));
  } catch (cause) {
    throw lookupError("authorizations", cause);
  }
}

/**
 * Returns authorizations like {@link getAuthorizations}, as soon as the arguments are known. The result is secret if an
 * argument is.
 *
 * @example
 * const fromThisInstance = getAuthorizationsOutput({ source: { serviceInstance: en.guid } });
 */
export function getAuthorizationsOutput(
  args: GetAuthorizationsOutputArgs = {},
): pulumi.Output<Authorization[]> {
  return pulumi.output(args).apply(getAuthorizations);
}

function refuseUnknownKeys(side: string, filter: object): void {
  const unknown = Object.keys(filter).find((key) => !FILTER_KEYS.includes(key));
  if (unknown === undefined) return;
  throw new CodedError(
    "invalid-argument",
    `${side}.${unknown} is not a filter. The filters are ${FILTER_KEYS.join(", ")}`,
  );
}

/** Loads the provider's mapping with the first lookup, so that importing this package stays fast. */
function policyListing(): typeof listing {
  return createRequire(__filename)("../provider/authorizations") as typeof listing;
}
