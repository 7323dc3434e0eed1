import type IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import type { Answer, Client } from "./client";
import type { Deadline } from "./deadline";
import { IamError, notIamsAnswer } from "./errors";
import * as v from "valibot";
import { plainObject } from "./plain-object";

/** A role that IAM offers for a source and a target. */
export interface OfferedRole {
  crn: string;
  displayName: string;
}

/** A source's and a target's service name; `undefined` where the scope names no service. */
export interface Pair {
  source?: string;
  target?: string;
}

const role = v.object({ crn: v.string(), display_name: v.string() });
const roles = v.nullish(v.array(role), []);
const answer = v.pipe(
  plainObject,
  v.object({ custom_roles: roles, service_roles: roles, system_roles: roles }),
);

/** What IAM calls the service of a target that is a resource group itself. Source: Terraform's provider. */
const RESOURCE_GROUPS = "resource-controller";

/** Asks which roles an authorization of this pair can grant; an unknown pair has none. */
export async function listRoles(
  client: Client,
  { source, target = RESOURCE_GROUPS }: Pair,
  deadline: Deadline,
): Promise<OfferedRole[]> {
  const filter = { serviceName: target, policyType: "authorization", acceptLanguage: "en" };
  try {
    return await ask({ ...filter, ...(source !== undefined && { sourceServiceName: source }) });
  } catch (error) {
    // IAM's private endpoints are known to have no look-up by source: the target's roles are better than none.
    const isGateway = error instanceof IamError && error.status === 404 && !error.isPolicyNotFound;
    if (source === undefined || !isGateway) throw error;
    return ask(filter);
  }

  function ask(params: Parameters<IamPolicyManagementV1["listRoles"]>[0]): Promise<OfferedRole[]> {
    return client.call((service) => service.listRoles(params), toRoles, deadline);
  }
}

function toRoles({ result, headers }: Answer): OfferedRole[] {
  const { success, output: data } = v.safeParse(answer, result);
  if (!success) throw notIamsAnswer("the look-up of roles", headers);
  const all = [...data.system_roles, ...data.service_roles, ...data.custom_roles];
  return [...new Map(all.map(({ crn, display_name }) => [crn, { crn, displayName: display_name }])).values()];
}
