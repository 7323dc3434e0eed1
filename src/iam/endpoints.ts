import type { Settings } from "./settings";

export const PUBLIC_ENDPOINT = "https://iam.cloud.ibm.com";
const PRIVATE_ENDPOINT = "https://private.iam.cloud.ibm.com";

/** The endpoint that each visibility means; `undefined` where nothing is set, and a service's own counts. */
const VISIBILITIES: Record<string, string | undefined> = {
  public: undefined,
  private: PRIVATE_ENDPOINT,
  // What Terraform's provider tries one after the other; IAM's public endpoint is reached in both cases.
  "public-and-private": undefined,
};

/**
 * IAM's endpoint, for tokens and policies alike: `ibmcloud:iamEndpoint`, else `IBMCLOUD_IAM_API_ENDPOINT`, else the one that
 * `ibmcloud:visibility`, else `IC_VISIBILITY` or `IBMCLOUD_VISIBILITY`, means.
 *
 * @throws where the visibility is none
 */
export function endpointOf({ config, env }: Settings): string | undefined {
  const written = config("ibmcloud:iamEndpoint") || env["IBMCLOUD_IAM_API_ENDPOINT"];
  if (written) return written;
  const visibility =
    config("ibmcloud:visibility") || env["IC_VISIBILITY"] || env["IBMCLOUD_VISIBILITY"] || "public";
  if (Object.hasOwn(VISIBILITIES, visibility)) return VISIBILITIES[visibility];
  throw new Error(
    `The visibility (ibmcloud:visibility, IC_VISIBILITY) is ${visibility}: it can be ${Object.keys(VISIBILITIES).join(", ")}`,
  );
}
