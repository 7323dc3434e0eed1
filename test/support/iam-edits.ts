import IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import { IamAuthenticator } from "ibm-cloud-sdk-core";
import type { IamEmulator } from "../../src/emulator";

/** Returns IBM's own client, to change the account without the provider. */
export function sdk({ url, apiKey }: Pick<IamEmulator, "url" | "apiKey">): IamPolicyManagementV1 {
  return new IamPolicyManagementV1({
    authenticator: new IamAuthenticator({ apikey: apiKey, url }),
    serviceUrl: url,
  });
}

/** Changes a policy without the provider. */
export async function edit(
  iam: Pick<IamEmulator, "url" | "apiKey">,
  id: string,
  change: (policy: IamPolicyManagementV1.ReplaceV2PolicyParams) => void,
): Promise<void> {
  const client = sdk(iam);
  const { result, headers } = await client.getV2Policy({ id });
  const { type, description, subject, resource } = result;
  const control = result.control as IamPolicyManagementV1.Control;
  const ifMatch = String((headers as Record<string, unknown>)["etag"]);
  const params = { id, ifMatch, type, description, subject, resource, control };
  change(params);
  await client.replaceV2Policy(params);
}
