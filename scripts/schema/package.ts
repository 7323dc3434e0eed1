import type { CONFIG_KEYS } from "../../src/iam/config";

/** The package's name in Pulumi. */
export const PACKAGE = "ibm-en-authorization";

/** The description of the package in the schema. */
export const META = {
  name: PACKAGE,
  displayName: "IBM Cloud Event Notifications authorizations",
  description: "IBM Cloud service-to-service authorizations for Event Notifications.",
  keywords: ["pulumi", "ibm-cloud", "iam", "event-notifications", "category/cloud", "kind/native"],
  license: "Apache-2.0",
};

/** The names of the SDKs. */
export const LANGUAGES = {
  nodejs: { packageName: "pulumi-ibm-en-authorization-sdk", respectSchemaVersion: true },
  python: {
    packageName: "pulumi_ibm_en_authorization",
    pyproject: { enabled: true },
    respectSchemaVersion: true,
  },
  go: {
    importBasePath: "pulumi-ibm-en-authorization/sdk/go/ibmenauthorization",
    rootPackageName: "ibmenauthorization",
    generateResourceContainerTypes: true,
    respectSchemaVersion: true,
  },
  csharp: {
    rootNamespace: "Pulumi",
    namespaces: { [PACKAGE]: "IbmEnAuthorization" },
    respectSchemaVersion: true,
  },
  java: { basePackage: "com.pulumi", packages: { [PACKAGE]: "ibmenauthorization" } },
};

const text = { type: "string" };

/** The settings of a provider. `docs/configuration.md` describes them in detail. */
export const CONFIG: Record<(typeof CONFIG_KEYS)[number], object> = {
  accountId: {
    ...text,
    description:
      "The account that the credentials must belong to: 32 hexadecimal digits. Default: any account.",
  },
  apiKey: {
    ...text,
    secret: true,
    description:
      "The API key. Default: IC_API_KEY, IBMCLOUD_API_KEY, or the other credentials in the environment.",
  },
  credentials: {
    type: "object",
    additionalProperties: { type: "object", additionalProperties: text },
    secret: true,
    description:
      "Credentials by name, which a resource's `credentials` selects. Their properties are `apikey`, `authType`, `iamProfileId` and so on.",
  },
  iamEndpoint: { ...text, description: "The URL of IAM. Default: https://iam.cloud.ibm.com." },
  requestTimeout: {
    type: "number",
    description: "The time limit of one call, from the connection to the last byte, in seconds. Default: 60.",
  },
  resourceControllerEndpoint: {
    ...text,
    description: "The URL of Resource Controller. Default: https://resource-controller.cloud.ibm.com.",
  },
  resourceManagementEndpoint: {
    ...text,
    description: "The URL of Resource Manager. Default: https://resource-controller.cloud.ibm.com.",
  },
  retryTimeout: {
    type: "number",
    description: "The time limit of an operation with all its calls and retries, in seconds. Default: 300.",
  },
  visibility: {
    ...text,
    description: "The endpoints of IBM Cloud: public, private or public-and-private. Default: public.",
  },
};
