import { CodedError } from "../shared/coded-error";
import type { Settings } from "./settings";

export const PUBLIC_ENDPOINT = "https://iam.cloud.ibm.com";
const PRIVATE_ENDPOINT = "https://private.iam.cloud.ibm.com";

/** Terraform's words; what it tries one after the other is reached by the public endpoint in any case. */
const VISIBILITIES = ["public", "private", "public-and-private"];

/**
 * IAM's endpoint, for tokens and policies alike: `ibmcloud:iamEndpoint`, else `IBMCLOUD_IAM_API_ENDPOINT`, else the one that
 * `ibmcloud:visibility`, else `IC_VISIBILITY` or `IBMCLOUD_VISIBILITY`, means.
 *
 * @throws where the visibility is none
 */
export function endpointOf(settings: Settings): string | undefined {
  const written =
    settings.config("ibmcloud:iamEndpoint")?.trim() || settings.env["IBMCLOUD_IAM_API_ENDPOINT"]?.trim();
  if (written) return normalizedEndpoint(written, "ibmcloud:iamEndpoint, IBMCLOUD_IAM_API_ENDPOINT");
  return isPrivate(settings) ? PRIVATE_ENDPOINT : undefined;
}

/**
 * An endpoint as requests are built from it: without a slash at its end, or two in a row.
 *
 * @param setting where it is set, for the sentence
 * @throws CodedError when it is no URL of the web
 */
export function normalizedEndpoint(written: string, setting: string): string {
  const text = written.trim();
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") {
    // Before an @ stands a password.
    const shown = text.replace(/^.*@/, "…@");
    throw new CodedError(
      "invalid-endpoint",
      `The endpoint (${setting}) is ${shown}: it must be a URL that begins with https://`,
    );
  }
  return url.origin + url.pathname.replace(/\/{2,}/g, "/").replace(/\/$/, "");
}

/**
 * Whether IBM Cloud is reached by its private endpoints.
 *
 * @throws where the visibility is none
 */
export function isPrivate({ config, env }: Settings): boolean {
  const visibility =
    config("ibmcloud:visibility") || env["IC_VISIBILITY"] || env["IBMCLOUD_VISIBILITY"] || "public";
  if (VISIBILITIES.includes(visibility)) return visibility === "private";
  throw new CodedError(
    "invalid-configuration",
    `The visibility (ibmcloud:visibility, IC_VISIBILITY) is ${visibility}: it can be ${VISIBILITIES.join(", ")}`,
  );
}
