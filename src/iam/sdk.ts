import { createRequire } from "node:module";
import type * as Core from "ibm-cloud-sdk-core";
import type * as ReadExternalSources from "ibm-cloud-sdk-core/auth/utils/read-external-sources";
import type IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import type ResourceControllerV2 from "@ibm-cloud/platform-services/resource-controller/v2";
import type ResourceManagerV2 from "@ibm-cloud/platform-services/resource-manager/v2";

/*
 * Loading IBM's SDK takes longer than loading the rest of this package, so each part loads when a call first uses it. `require`
 * caches what it loaded.
 */

/** Loads the authenticators of IBM's SDK, and each client when it is first read. */
export function sdk() {
  const {
    BearerTokenAuthenticator,
    ContainerAuthenticator,
    IamAssumeAuthenticator,
    IamAuthenticator,
    VpcInstanceAuthenticator,
  } = require("ibm-cloud-sdk-core") as typeof Core;
  return {
    BearerTokenAuthenticator,
    ContainerAuthenticator,
    IamAssumeAuthenticator,
    IamAuthenticator,
    VpcInstanceAuthenticator,
    get IamPolicyManagementV1() {
      return require("@ibm-cloud/platform-services/iam-policy-management/v1") as typeof IamPolicyManagementV1;
    },
    get ResourceControllerV2() {
      return require("@ibm-cloud/platform-services/resource-controller/v2") as typeof ResourceControllerV2;
    },
    get ResourceManagerV2() {
      return require("@ibm-cloud/platform-services/resource-manager/v2") as typeof ResourceManagerV2;
    },
  };
}

/** Loads only the SDK's reader of credentials. If there are no credentials, nothing else of the SDK is needed. */
export function sources(): typeof ReadExternalSources {
  return require("ibm-cloud-sdk-core/auth/utils/read-external-sources") as typeof ReadExternalSources;
}

const { name, version } = createRequire(__filename)("../../package.json") as {
  name: string;
  version: string;
};

/** The user agent of all requests. */
export const USER_AGENT = `${name}/${version} (lang=node.js; node.version=${process.version})`;
