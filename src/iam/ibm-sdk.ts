/* What is used of IBM's SDK: types come from there, and whatever runs from here. */
export { default as IamPolicyManagementV1 } from "@ibm-cloud/platform-services/iam-policy-management/v1";
export { default as ResourceControllerV2 } from "@ibm-cloud/platform-services/resource-controller/v2";
export { default as ResourceManagerV2 } from "@ibm-cloud/platform-services/resource-manager/v2";
export {
  BearerTokenAuthenticator,
  ContainerAuthenticator,
  IamAssumeAuthenticator,
  IamAuthenticator,
  VpcInstanceAuthenticator,
} from "ibm-cloud-sdk-core";
