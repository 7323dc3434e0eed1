import type IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import * as v from "valibot";
import { plainObject } from "../shared/plain-object";
import type { Client } from "./client";
import type { Deadline } from "./deadline";
import { IamError, unreadableResponse } from "./errors";
import type { OfferedRole, Pair, SdkResponse } from "./types";

const role = v.object({ crn: v.string(), display_name: v.string() });
const roles = v.nullish(v.array(role), []);
const roleLists = v.pipe(
  plainObject,
  v.object({ custom_roles: roles, service_roles: roles, system_roles: roles }),
);

/** The service of a target that is a resource group. Source: Terraform's provider. */
const RESOURCE_GROUPS = "resource-controller";

/** Lists the roles that an authorization of this pair can grant. An unknown pair has none. */
export async function listRoles(
  client: Client,
  { source, target = RESOURCE_GROUPS }: Pair,
  deadline: Deadline,
): Promise<OfferedRole[]> {
  const filter = { serviceName: target, policyType: "authorization", acceptLanguage: "en" };
  try {
    return await list({ ...filter, ...(source !== undefined && { sourceServiceName: source }) });
  } catch (error) {
    // IAM's private endpoints are known to return 404 if a source is given. Fall back to the roles of the target.
    const isGateway = error instanceof IamError && error.status === 404 && !error.isPolicyNotFound;
    if (source === undefined || !isGateway) throw error;
    return list(filter);
  }

  function list(params: Parameters<IamPolicyManagementV1["listRoles"]>[0]): Promise<OfferedRole[]> {
    return client.call((service) => service.listRoles(params), parseRoles, deadline);
  }
}

function parseRoles({ result, headers }: SdkResponse): OfferedRole[] {
  const { success, output } = v.safeParse(roleLists, result);
  if (!success) throw unreadableResponse("listing roles", headers);
  const all = [...output.system_roles, ...output.service_roles, ...output.custom_roles];
  return [...new Map(all.map(({ crn, display_name }) => [crn, { crn, displayName: display_name }])).values()];
}
