import type IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import type { IamTarget } from "../support/iam-target";

/** Returns the CRN of a role that a service defines. */
export function roleCrn(service: string, id: string): string {
  return `crn:v1:bluemix:public:${service}::::serviceRole:${id}`;
}

/** Returns the roles that `/v2/roles` offers for a pair. */
export async function rolesOf({ client }: Pick<IamTarget, "client">, source: string, target: string) {
  const params = { serviceName: target, sourceServiceName: source, policyType: "authorization" };
  return (await client.listRoles(params)).result;
}

/** Returns the CRN of each role by its display name. */
export function byName({
  system_roles,
  service_roles,
}: IamPolicyManagementV1.RoleCollection): Record<string, string | undefined> {
  return Object.fromEntries(
    [...system_roles, ...service_roles].map(({ display_name, crn }) => [display_name, crn]),
  );
}
