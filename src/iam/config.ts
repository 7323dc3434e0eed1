import { CodedError } from "../shared/coded-error";
import type { Settings, Timeouts } from "./types";

/** The keys of stack configuration that this package reads, in the namespace `ibmcloud`. `docs/configuration.md` lists them. */
export const CONFIG_KEYS = [
  "accountId",
  "apiKey",
  "credentials",
  "iamEndpoint",
  "requestTimeout",
  "resourceControllerEndpoint",
  "resourceManagementEndpoint",
  "retryTimeout",
  "visibility",
] as const;
export type ConfigName = `ibmcloud:${(typeof CONFIG_KEYS)[number]}`;

/** The values are Terraform's. There, `public-and-private` tries both endpoints in turn; here it means the public one. */
const VISIBILITIES = ["public", "private", "public-and-private"];

/**
 * The possible error of a clock that is read from a `Date` header, in milliseconds: the header has whole seconds, and the
 * response takes some time to arrive.
 */
export const CLOCK_PRECISION = 2_000;

export const DEFAULT_TIMEOUTS: Timeouts = {
  requestTimeout: 60_000,
  retryTimeout: 300_000,
  firstDelay: 500,
  longestDelay: 10_000,
  // IAM's clock may be ahead by `CLOCK_PRECISION`, and its `Date` header drops fractions of a second.
  clockTolerance: CLOCK_PRECISION + 1_000,
  propagation: 300_000,
};

/**
 * Returns the timeouts that the stack configures.
 *
 * @throws CodedError if a setting is not a number of seconds
 */
export function timeoutsFrom({ config, timeouts }: Settings): Timeouts {
  const seconds = (name: "requestTimeout" | "retryTimeout") => {
    const written = config(`ibmcloud:${name}`);
    if (written === undefined || written === "") return {};
    const value = Number(written);
    if (value > 0 && value <= 86_400) return { [name]: value * 1000 };
    throw new CodedError(
      "invalid-configuration",
      `ibmcloud:${name} is ${written}, but must be a number of seconds, more than 0 and at most 86,400`,
    );
  };
  return { ...DEFAULT_TIMEOUTS, ...seconds("requestTimeout"), ...seconds("retryTimeout"), ...timeouts };
}

/** An endpoint of IBM Cloud, and the settings that replace it. */
export interface Endpoint {
  public: string;
  private: string;
  /** A key of the stack's configuration. It comes before the environment variable. */
  config: ConfigName;
  env: string;
}

const RESOURCE_CONTROLLER = {
  public: "https://resource-controller.cloud.ibm.com",
  private: "https://private.resource-controller.cloud.ibm.com",
};

/** The endpoints of the services that this package calls. Resource Controller and Resource Manager have the same one. */
export const ENDPOINTS = {
  iam: {
    public: "https://iam.cloud.ibm.com",
    private: "https://private.iam.cloud.ibm.com",
    config: "ibmcloud:iamEndpoint",
    env: "IBMCLOUD_IAM_API_ENDPOINT",
  },
  controller: {
    ...RESOURCE_CONTROLLER,
    config: "ibmcloud:resourceControllerEndpoint",
    env: "IBMCLOUD_RESOURCE_CONTROLLER_API_ENDPOINT",
  },
  manager: {
    ...RESOURCE_CONTROLLER,
    config: "ibmcloud:resourceManagementEndpoint",
    env: "IBMCLOUD_RESOURCE_MANAGEMENT_API_ENDPOINT",
  },
} as const satisfies Record<string, Endpoint>;

/** Names the settings that replace an endpoint. */
export function endpointSettings({ config, env }: Endpoint): string {
  return `${config}, ${env}`;
}

/**
 * Returns a configured endpoint.
 *
 * @throws CodedError if it is not a URL
 */
export function configuredEndpoint({ config, env }: Settings, endpoint: Endpoint): string | undefined {
  const written = config(endpoint.config)?.trim() || env[endpoint.env]?.trim();
  return written ? normalizeEndpoint(written, endpointSettings(endpoint)) : undefined;
}

/**
 * Returns the IAM endpoint for tokens and policies: the configured one, else the private endpoint if the visibility is
 * private.
 *
 * @throws CodedError if the endpoint is not a URL, or the visibility is unknown
 */
export function iamEndpoint(settings: Settings): string | undefined {
  const { iam } = ENDPOINTS;
  return configuredEndpoint(settings, iam) ?? (isPrivate(settings) ? iam.private : undefined);
}

/** Returns true for a public or private IAM endpoint of IBM Cloud, in any region. */
export function isIbmCloud(endpoint: string): boolean {
  return /(^|\.)iam\.cloud\.ibm\.com$/.test(new URL(endpoint).hostname);
}

/**
 * Removes a trailing slash and repeated slashes from an endpoint.
 *
 * @param setting the name of the setting, for the error
 * @throws CodedError if it is not an HTTP URL
 */
export function normalizeEndpoint(written: string, setting: string): string {
  const text = written.trim();
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") {
    // The part before the @ may contain a password.
    const shown = text.replace(/^.*@/, "…@");
    throw new CodedError(
      "invalid-endpoint",
      `The endpoint (${setting}) is ${shown}: it must be a URL that begins with https://`,
    );
  }
  return url.origin + url.pathname.replace(/\/{2,}/g, "/").replace(/\/$/, "");
}

/**
 * Returns true if the settings ask for IBM Cloud's private endpoints: `ibmcloud:visibility`, else `IC_VISIBILITY`, else
 * `IBMCLOUD_VISIBILITY`.
 *
 * @throws CodedError if the visibility is unknown
 */
export function isPrivate({ config, env }: Settings): boolean {
  const visibility =
    config("ibmcloud:visibility") || env["IC_VISIBILITY"] || env["IBMCLOUD_VISIBILITY"] || "public";
  if (VISIBILITIES.includes(visibility)) return visibility === "private";
  throw new CodedError(
    "invalid-configuration",
    `The visibility (ibmcloud:visibility, IC_VISIBILITY) is ${visibility}: use one of ${VISIBILITIES.join(", ")}`,
  );
}
