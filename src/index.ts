export { EnAuthorization, type GetAuthorizationOptions } from "./en-authorization";
export type {
  AttributeOperator,
  AuthorizationAttribute,
  AuthorizationCrn,
  AuthorizationSettle,
  AuthorizationSource,
  AuthorizationTag,
  AuthorizationTarget,
  EnAuthorizationArgs,
  ResourceType,
  Role,
  ServiceName,
  SourceProperties,
  TargetProperties,
} from "./args";
export type { Authorization, ResourceGroup, ServiceInstance } from "./results";
export {
  getAuthorizations,
  getAuthorizationsOutput,
  type AuthorizationFilter,
  type GetAuthorizationsArgs,
  type GetAuthorizationsOutputArgs,
} from "./lookups/authorizations";
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
