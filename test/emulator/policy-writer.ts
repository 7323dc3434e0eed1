import type { IamEmulator } from "../../src/emulator";
import { sdk } from "../support/iam-edits";
import type { Body } from "./bodies";

/** Writes of policies by IBM's client. */
export type PolicyWriter = ReturnType<typeof policyWriter>;

/** @param body the content of created and replaced policies */
export function policyWriter(iam: IamEmulator, body: Body) {
  const client = sdk(iam);
  return {
    client,
    make: async (wanted = body): Promise<{ id: string; etag: string }> => {
      const { result, headers } = await client.createV2Policy({ ...wanted });
      return { id: String(result.id), etag: String(headers.etag) };
    },
    replace: (id: string, ifMatch: string, more: Partial<Body> = {}) =>
      client.replaceV2Policy({ id, ifMatch, ...body, ...more }),
    restore: (policyId: string, ifMatch = "*") =>
      client.updatePolicyState({ policyId, ifMatch, state: "active" }),
  };
}
