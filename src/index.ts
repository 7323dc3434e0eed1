export { EnAuthorization } from "./en-authorization";
export type {
  AttributeOperator,
  AuthorizationAttribute,
  AuthorizationSource,
  AuthorizationTag,
  AuthorizationTarget,
  EnAuthorizationArgs,
  Role,
  ServiceName,
} from "./args";
