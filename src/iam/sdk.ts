import { createRequire } from "node:module";
import type IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import type * as Core from "ibm-cloud-sdk-core";

/** Loads what an operation needs when it needs it: IBM's SDK takes longer to load than all the rest of this package. */
const load = createRequire(__filename);

/** What authenticates. */
export function core(): typeof Core {
  return load("ibm-cloud-sdk-core") as typeof Core;
}

/** The client for policies and roles. */
export function policyManagement(): typeof IamPolicyManagementV1 {
  return load("@ibm-cloud/platform-services/iam-policy-management/v1") as typeof IamPolicyManagementV1;
}

/** What reads the environment and credentials files, which goes without the rest of the core. */
export function sources(): Pick<typeof Core, "readExternalSources"> {
  return load("ibm-cloud-sdk-core/auth/utils/read-external-sources") as typeof Core;
}
