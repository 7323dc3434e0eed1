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
