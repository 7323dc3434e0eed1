import * as v from "valibot";
import { CodedError } from "../shared/coded-error";
import type { Client } from "./client";
import type { Deadline } from "./deadline";
import { headerOf } from "./error-details";
import { unreadableResponse } from "./errors";
import { parseAuthorization, parsePolicyPage, readAllPages } from "./parse";
import type { Policy, SdkResponse } from "./types";

/** Lists the deleted authorizations, which IAM keeps for 10 days. The most recent deletion is first. */
export async function listDeletedPolicies(client: Client, deadline: Deadline): Promise<Policy[]> {
  const { accountId } = await client.identity(deadline);
  const filter = { accountId, type: "authorization", state: "deleted", sort: "-last_modified_at" };
  const entries = await readAllPages("the list of deleted policies", (start) =>
    client.call(
      (service) =>
        service.listV2Policies({ ...filter, format: "display", ...(start !== undefined && { start }) }),
      parsePolicyPage,
      deadline,
    ),
  );
  return entries.flatMap((each) => parseAuthorization(each, true) ?? []);
}

const restorable = v.object({ id: v.string(), type: v.string(), state: v.nullish(v.string(), "active") });

/**
 * Restores a deleted authorization. Only IAM's v1 API can do so.
 *
 * @returns false if it is already active
 * @throws CodedError if it is not an authorization
 */
export async function restorePolicy(client: Client, id: string, deadline: Deadline): Promise<boolean> {
  const parse = (response: SdkResponse) => {
    const { success, output } = v.safeParse(restorable, response.result);
    if (!success || output.id !== id) throw unreadableResponse("reading a deleted policy", response.headers);
    return { ...output, etag: headerOf(response.headers, "etag") };
  };
  const found = await client.call((service) => service.getPolicy({ policyId: id }), parse, deadline);
  if (found.type !== "authorization")
    throw new CodedError("not-an-authorization", `policy ${id} is not an authorization`);
  if (found.state === "active") return false;
  await client.write(
    (service) => service.updatePolicyState({ policyId: id, ifMatch: found.etag ?? "*", state: "active" }),
    (response) => {
      if (parse(response).state !== "active")
        throw unreadableResponse("restoring a policy", response.headers);
    },
    deadline,
    false,
  );
  return true;
}
