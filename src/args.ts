import type * as pulumi from "@pulumi/pulumi";
import type { RESOURCE_TYPES, ROLE_NAMES, SERVICE_NAMES } from "./known-names";
import type { ObjectInput, SideInput } from "./object-input";

type AnyOther = string & Record<never, never>;

/** The name of a service in IAM, such as `"kms"`. Editors suggest the usual names; any other name is accepted too. */
export type ServiceName = (typeof SERVICE_NAMES)[number] | AnyOther;

/**
 * The display name of a role in any case, such as `"Object Writer"`, or the role's CRN. Editors suggest the usual roles; any
 * other role is accepted too.
 */
export type Role = (typeof ROLE_NAMES)[number] | AnyOther;

/**
 * The type of a resource in an instance, such as `"bucket"`. Editors suggest the known types; any other type that the service
 * defines is accepted too.
 */
export type ResourceType = (typeof RESOURCE_TYPES)[number] | AnyOther;

/** The operator that compares an attribute with its value. A source allows only `stringEquals` and `stringExists`. */
export type AttributeOperator = NonNullable<pulumi.Unwrap<AuthorizationAttribute["operator"]>>;

/**
 * A condition on one attribute of a source or target. Use it for an attribute that has no property of its own, or for an
 * operator other than `stringEquals`.
 */
export interface AuthorizationAttribute {
  /**
   * The attribute's name. On a target, use the name that the service defines, such as `"volumeId"` or `"namespace"`. On a
   * source, use the name of one of its properties, such as `"resourceType"`.
   */
  key: pulumi.Input<string>;
  /**
   * The operator that compares the attribute with `value`.
   * @default "stringEquals"
   */
  operator?: pulumi.Input<
    "stringEquals" | "stringExists" | "stringMatch" | "stringEqualsAnyOf" | "stringMatchAnyOf"
  >;
  /**
   * The value to compare with: a string of 1 to 1,000 characters. `stringMatch` allows the wildcards `*` and `?` in it.
   * `stringExists` takes `true` or `false`. The `…AnyOf` operators take a list of 1 to 10 strings.
   */
  value: pulumi.Input<string | boolean | pulumi.Input<string>[]>;
}

/** An access tag that the target's resources must carry. */
export interface AuthorizationTag {
  /** The tag's key, such as `"env"` for the tag `env:prod`. */
  key: pulumi.Input<string>;
  /**
   * The operator that compares the tag with `value`. `stringMatch` allows the wildcards `*` and `?`.
   * @default "stringEquals"
   */
  operator?: pulumi.Input<"stringEquals" | "stringMatch">;
  /** The tag's value, such as `"prod"` for the tag `env:prod`. */
  value: pulumi.Input<string>;
}

interface AuthorizationSide {
  /**
   * The GUID or CRN of the service instance; `"*"` means all instances. Set either this or `resourceGroupId`. A CRN must
   * match `serviceName` and `accountId`. A name is refused: `getServiceInstance` finds its GUID.
   */
  serviceInstance?: pulumi.Input<string>;
  /**
   * The id of a resource group: 32 hexadecimal digits. The grant covers all instances in the group. `"*"` means all resource
   * groups. Set either this or `serviceInstance`. A name is refused: `getResourceGroup` finds its id.
   */
  resourceGroupId?: pulumi.Input<string>;
  /** The location, such as `"us-south"`. Not every service supports it. */
  region?: pulumi.Input<string>;
  /** The type of resource in the instance, such as `"bucket"`, `"key"` or `"backup-policy"`. */
  resourceType?: pulumi.Input<ResourceType>;
  /** The id or name of one resource of the type `resourceType`, such as a key's id or a bucket's name. */
  resource?: pulumi.Input<string>;
  /**
   * Further conditions, all of which must hold. On a target, they can use any attribute that the service defines. On a
   * source, they can only use the source's own properties, usually with `stringExists`.
   */
  attributes?: pulumi.Input<ObjectInput<AuthorizationAttribute>[]>;
}

/** The properties of a source. The types of the state and of lookup results extend them. */
export interface SourceProperties extends AuthorizationSide {
  /**
   * The account of the source: 32 hexadecimal digits. Required for a source outside the credentials' account.
   * @default the account of the credentials
   */
  accountId?: pulumi.Input<string>;
  /**
   * The service that gets access. `"*"` means every service in `resourceGroupId`. Required if the target is Event
   * Notifications.
   * @default "event-notifications"
   */
  serviceName?: pulumi.Input<ServiceName>;
}

/** The properties of a target. The types of the state and of lookup results extend them. */
export interface TargetProperties extends AuthorizationSide {
  /**
   * The account of the target: 32 hexadecimal digits. If you set it, credentials of another account are refused.
   * @default the account of the credentials
   */
  accountId?: pulumi.Input<string>;
  /**
   * The service that the source may access. `"*"` is allowed only with `resourceType: "resource-group"`, because resource
   * groups belong to no service.
   */
  serviceName: pulumi.Input<ServiceName>;
  /** The access tags of the target's resources. A resource must carry all of them. */
  tags?: pulumi.Input<ObjectInput<AuthorizationTag>[]>;
}

/**
 * The type of a property that must not be combined with the others of its variant. It extends `string` because `undefined`
 * would make the compiler's errors worse: they would neither suggest a name for a mistyped property nor name the missing one.
 */
type Excluded = string & { readonly excluded: never };

/**
 * A source or target given by the CRN of an instance, or of a resource in an instance, such as a key or a bucket. A target can
 * also have `tags`.
 */
export interface AuthorizationCrn extends Pick<AuthorizationSide, "region" | "attributes"> {
  /** The CRN of the instance, bucket, root key or other resource. */
  crn: pulumi.Input<string>;
  /**
   * The account in the CRN: 32 hexadecimal digits. Required for a source outside the credentials' account.
   * @default the account of the credentials
   */
  accountId?: pulumi.Input<string>;
  serviceName?: Excluded;
  serviceInstance?: Excluded;
  resourceGroupId?: Excluded;
  resourceType?: Excluded;
  resource?: Excluded;
}

interface TargetOfCrn extends AuthorizationCrn, Pick<TargetProperties, "tags"> {}

// Each variant without `crn` requires an instance, a resource group, or `attributes`, which can name either of them.
interface OfInstance extends Required<Pick<AuthorizationSide, "serviceInstance">> {
  resourceGroupId?: Excluded;
  crn?: undefined;
}
interface OfResourceGroup extends Required<Pick<AuthorizationSide, "resourceGroupId">> {
  serviceInstance?: Excluded;
  crn?: undefined;
}
interface OfAttributes extends Required<Pick<AuthorizationSide, "attributes">> {
  serviceInstance?: Excluded;
  resourceGroupId?: Excluded;
  crn?: undefined;
}
type Breadth = "serviceInstance" | "resourceGroupId";
interface SourceOfInstance extends Omit<SourceProperties, Breadth>, OfInstance {}
interface SourceOfResourceGroup extends Omit<SourceProperties, Breadth>, OfResourceGroup {}
interface SourceOfAttributes extends Omit<SourceProperties, Breadth | "attributes">, OfAttributes {}
interface TargetOfInstance extends Omit<TargetProperties, Breadth>, OfInstance {}
interface TargetOfResourceGroup extends Omit<TargetProperties, Breadth>, OfResourceGroup {}
interface TargetOfAttributes extends Omit<TargetProperties, Breadth | "attributes">, OfAttributes {}

/** The service that gets access. */
export type AuthorizationSource =
  SourceOfInstance | SourceOfResourceGroup | SourceOfAttributes | AuthorizationCrn;

/** The service that the source may access. It must be in the account of the credentials. */
export type AuthorizationTarget = TargetOfInstance | TargetOfResourceGroup | TargetOfAttributes | TargetOfCrn;

/** Delays that give IAM time to propagate a change. IAM records a change at once, but services see it only later. */
export interface AuthorizationSettle {
  /**
   * Seconds to wait after the authorization is created or adopted, from 0 to 3,600. Resources that depend on it are created
   * after the wait. On a replacement, the old authorization is deleted after the wait.
   * @default 0
   */
  afterCreate?: pulumi.Input<number>;
  /**
   * Seconds to wait before the authorization is deleted, from 0 to 3,600. The wait begins after the resources that depend
   * on it are deleted.
   * @default 0
   */
  beforeDelete?: pulumi.Input<number>;
}

/** The arguments of an {@link EnAuthorization}. Either the source or the target must be Event Notifications. */
export interface EnAuthorizationArgs {
  /**
   * The service that gets access. Set `serviceInstance`, `resourceGroupId` or `crn`: a source without any of them is
   * refused. A change replaces the authorization: the new one is created before the old one is deleted.
   */
  source: SideInput<AuthorizationSource>;
  /**
   * The service that the source may access. Set `serviceInstance`, `resourceGroupId` or `crn`: a target without any of them
   * is refused. A change replaces the authorization: the new one is created before the old one is deleted.
   */
  target: SideInput<AuthorizationTarget>;
  /**
   * The roles that the source gets on the target: one or more, in any order. A change updates the authorization in place.
   * If you set `adopt` and omit `roles`, an adopted authorization keeps its roles.
   * @default the roles that IBM documents for the two services; required if IBM's documentation has none or contradicts
   * itself
   */
  roles?: pulumi.Input<pulumi.Input<Role>[]>;
  /**
   * The purpose of the authorization, in up to 1,000 characters. An empty string means none. A change updates the
   * authorization in place, and removing the description clears it in IAM.
   * @default none
   */
  description?: pulumi.Input<string>;
  /**
   * Adopts an existing authorization instead of creating one.
   *
   * - `false`: never adopts. If an authorization with this scope and these roles exists, the create fails with an error
   *   that names it.
   * - `true`: adopts the authorization with this scope, whatever its roles. Creates one if none exists, and fails if
   *   several exist.
   * - A policy's id: adopts exactly this policy, which must have this scope. Remove the id after `pulumi up`: a later
   *   replacement would try to adopt the same policy again, and fail.
   *
   * An adopted authorization gets the declared roles and description. Policies that a service created for its own use, or
   * that an enterprise template manages, are never adopted. Only a create uses `adopt`: changing it has no effect on an
   * existing resource.
   * @default false
   */
  adopt?: pulumi.Input<boolean | string>;
  /** Delays that give IAM time to propagate a change. A change to `settle` updates only the Pulumi state. */
  settle?: ObjectInput<AuthorizationSettle>;
  /**
   * The name of the credentials to use. They come from `ibmcloud:credentials.<name>` in stack configuration, or else from
   * `<NAME>_APIKEY`, `<NAME>_AUTH_TYPE` and so on in the environment or a credentials file. `<NAME>` is the name in upper
   * case, with `_` for `-`. Switching to credentials of another account replaces the authorization. Switching to other
   * credentials of the same account updates only the Pulumi state.
   * @default the default credentials: `ibmcloud:apiKey`, `IC_API_KEY` and so on
   */
  credentials?: pulumi.Input<string>;
}
