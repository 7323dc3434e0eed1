export { EnAuthorization } from "./en-authorization";
export type {
  AttributeOperator,
  AuthorizationAttribute,
  AuthorizationCrn,
  AuthorizationSettle,
  AuthorizationSource,
  AuthorizationTag,
  AuthorizationTarget,
  EnAuthorizationArgs,
  Role,
  ServiceName,
} from "./args";
export type { ResourceGroup, ServiceInstance } from "./found";
export {
  getResourceGroup,
  getResourceGroupOutput,
  type GetResourceGroupArgs,
  type GetResourceGroupOutputArgs,
} from "./lookups/resource-group";
export {
  getServiceInstance,
  getServiceInstanceOutput,
  type GetServiceInstanceArgs,
  type GetServiceInstanceOutputArgs,
} from "./lookups/service-instance";
