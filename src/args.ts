import type * as pulumi from "@pulumi/pulumi";
import type { ROLE_NAMES, SERVICE_NAMES } from "./known-names";

type AnyOther = string & Record<never, never>;

/** An IAM service name, such as `"kms"` or `"cloud-object-storage"`. */
export type ServiceName = (typeof SERVICE_NAMES)[number] | AnyOther;

/** A role's display name (in any case), such as `"Object Writer"`, or its CRN. */
export type Role = (typeof ROLE_NAMES)[number] | AnyOther;

/** How IAM compares an attribute. A source takes only `stringEquals` and `stringExists`. */
export type AttributeOperator =
  "stringEquals" | "stringExists" | "stringMatch" | "stringEqualsAnyOf" | "stringMatchAnyOf";

/** One attribute of a scope that has no property of its own, or needs another operator than `stringEquals`. */
export interface AuthorizationAttribute {
  /** The key: on a target as the service names it (`"volumeId"`, `"namespace"`, …), on a source that of a property. */
  key: pulumi.Input<string>;
  /**
   * How the value is compared.
   * @default "stringEquals"
   */
  operator?: pulumi.Input<AttributeOperator>;
  /**
   * Text of 1 to 1,000 characters; `true` or `false` for `stringExists`; 1 to 10 texts for the `…AnyOf` operators.
   * `stringMatch` knows the wildcards `*` and `?`.
   */
  value: pulumi.Input<string | boolean | pulumi.Input<string>[]>;
}

/** One access tag that a target's resources must carry. */
export interface AuthorizationTag {
  /** The tag's key: `"env"` in `env:prod`. */
  key: pulumi.Input<string>;
  /**
   * How the value is compared.
   * @default "stringEquals"
   */
  operator?: pulumi.Input<"stringEquals" | "stringMatch">;
  /** The tag's value: `"prod"` in `env:prod`. */
  value: pulumi.Input<string>;
}

interface AuthorizationSide {
  /**
   * One instance: its GUID, or its CRN (of this service and, unless `accountId` is written too, of this account).
   * `"*"` is every instance. Either this or `resourceGroupId` is written.
   */
  serviceInstance?: pulumi.Input<string>;
  /** The instances of one resource group: its id. `"*"` is every resource group. */
  resourceGroupId?: pulumi.Input<string>;
  /** Narrows to one location, such as `"us-south"`, where the service supports it. */
  region?: pulumi.Input<string>;
  /** Narrows to one kind of resource inside the instance: `"bucket"`, `"key"`, `"backup-policy"`, … */
  resourceType?: pulumi.Input<string>;
  /** Narrows to one resource of that kind, by its id or name: a bucket's name, a key's id. */
  resource?: pulumi.Input<string>;
  /** On a target whatever else the service lets a scope be narrowed by; on a source a property's key with `stringExists`. */
  attributes?: pulumi.Input<pulumi.Input<AuthorizationAttribute>[]>;
}

/** A whole side by one CRN: of an instance, or of a key, a bucket or whatever else is inside one. */
export interface AuthorizationCrn extends Pick<AuthorizationSide, "region" | "attributes"> {
  /** The CRN, such as an instance's `crn`, a bucket's or a root key's. */
  crn: pulumi.Input<string>;
  /** The account of the CRN: 32 hexadecimal digits. Written for a source in another account than the credentials'. */
  accountId?: pulumi.Input<string>;
}

/** Who is authorized. */
export interface AuthorizationSource extends AuthorizationSide {
  /**
   * The account that holds the source: 32 hexadecimal digits. Written for another account than the credentials'.
   * @default the account of the credentials
   */
  accountId?: pulumi.Input<string>;
  /**
   * The service that calls. `"*"` is every service of `resourceGroupId`.
   * @default "event-notifications", unless that is the target
   */
  serviceName?: pulumi.Input<ServiceName>;
}

/** What the source may reach. It is always in the account of the credentials. */
export interface AuthorizationTarget extends AuthorizationSide {
  /**
   * The account that holds the target. It can only be the account of the credentials; written, it is checked.
   * @default the account of the credentials
   */
  accountId?: pulumi.Input<string>;
  /** The service that is called. `"*"` goes with `resourceType: "resource-group"`, which no one service owns. */
  serviceName: pulumi.Input<ServiceName>;
  /** Narrows to resources that carry all of these access tags. */
  tags?: pulumi.Input<pulumi.Input<AuthorizationTag>[]>;
}

/** How long to wait for IAM's changes to reach the services: they are recorded at once, and propagated over time. */
export interface AuthorizationSettle {
  /**
   * Seconds from 0 to 3,600 between making it and going on to what depends on it, or to the removal of what it replaces.
   * @default 0
   */
  afterCreate?: pulumi.Input<number>;
  /**
   * Seconds from 0 to 3,600 between the removal of what depended on it and its own.
   * @default 0
   */
  beforeDelete?: pulumi.Input<number>;
}

/** The arguments of an {@link EnAuthorization}. One of the two sides is Event Notifications. */
export interface EnAuthorizationArgs {
  /**
   * Who is authorized. A side is narrowed by an instance or a resource group, and further by region, resource type,
   * resource and attributes. A change replaces the authorization, the new one first.
   */
  source: pulumi.Input<AuthorizationSource | AuthorizationCrn>;
  /** What the source may reach. A change replaces the authorization, the new one first. */
  target: pulumi.Input<AuthorizationTarget | (AuthorizationCrn & Pick<AuthorizationTarget, "tags">)>;
  /**
   * What it may do there: one or more roles, in any order, each once, by display name in any case or by CRN. A change
   * updates in place. Beside `adopt`, leaving it out leaves the roles of what is taken over as they are.
   * @default the roles that IBM documents for the two services; where it documents none, or contradicts itself, they have
   * to be written
   */
  roles?: pulumi.Input<pulumi.Input<Role>[]>;
  /**
   * Why it exists: 1 to 1,000 characters. A change updates in place; leaving it out clears it in IAM.
   * @default none
   */
  description?: pulumi.Input<string>;
  /**
   * What happens when IAM holds this authorization already. `false`: that is an error, which names it. `true`: the one
   * that has this scope is taken over, whatever its roles are, and brought in line; where there is none, one is made. A
   * policy's id: exactly this one is taken over; it must have this scope. Leave the id out again after that: a replacement
   * would ask for it anew. What a service made for itself and what an enterprise template manages is never taken. A change
   * makes no call.
   * @default false
   */
  adopt?: pulumi.Input<boolean | string>;
  /** How long to wait for IAM's changes to reach the services. A change makes no call. */
  settle?: pulumi.Input<AuthorizationSettle>;
  /**
   * Which credentials, by name: those that stack configuration holds as `ibmcloud:credentials` of this name, else those that
   * the environment or a credentials file holds as `<NAME>_APIKEY`, `<NAME>_AUTH_TYPE`, … A change makes no call where the
   * account stays the same, and else replaces the authorization.
   * @default the default credentials
   */
  credentials?: pulumi.Input<string>;
}
