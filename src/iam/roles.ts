import type { Client } from "./client";
import { notIamsAnswer } from "./errors";
import { z } from "zod";

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

const role = z.object({ crn: z.string(), display_name: z.string() });
const answer = z.object({
  custom_roles: z.array(role).default([]),
  service_roles: z.array(role).default([]),
  system_roles: z.array(role).default([]),
});

/** What IAM calls the service of a target that is a resource group itself. Source: Terraform's provider. */
const RESOURCE_GROUPS = "resource-controller";

/** Asks which roles an authorization of this pair can grant; an unknown pair has none. */
export async function listRoles(
  client: Client,
  { source, target = RESOURCE_GROUPS }: Pair,
): Promise<OfferedRole[]> {
  const { result, headers } = await client.call((service) =>
    service.listRoles({
      serviceName: target,
      policyType: "authorization",
      acceptLanguage: "en",
      ...(source !== undefined && { sourceServiceName: source }),
    }),
  );
  const { data } = answer.safeParse(result);
  if (!data) throw notIamsAnswer("the look-up of roles", headers);
  return [...data.system_roles, ...data.service_roles, ...data.custom_roles].map(({ crn, display_name }) => ({
    crn,
    displayName: display_name,
  }));
}
