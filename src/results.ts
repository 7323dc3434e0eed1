import type * as pulumi from "@pulumi/pulumi";
import type { SourceProperties, TargetProperties } from "./args";

/** An authorization in IAM, whether or not this stack manages it. */
export interface Authorization {
  /** The policy's id, a UUID. `adopt` and `EnAuthorization.get` take it. */
  id: string;
  /**
   * The service that has access, as stored in IAM. `accountId` is undefined only if the policy names no account, for example
   * because its source is an enterprise.
   */
  source: pulumi.Unwrap<SourceProperties>;
  /** The service that the source may access, as stored in IAM. `accountId` is undefined only if the policy names no account. */
  target: pulumi.Unwrap<TargetProperties>;
  /** The roles' display names, sorted. A role appears as its CRN if IAM gives no name for it. */
  roles: string[];
  /** The purpose of the authorization. */
  description?: string;
  /** The time of creation: ISO 8601, UTC. */
  createdAt?: string;
  /** The IAM id of the creator: `IBMid-…`, `iam-ServiceId-…` or `iam-Profile-…`, or `crn-…` for a service. */
  createdById?: string;
  /** The time of the last change: ISO 8601, UTC. */
  lastModifiedAt?: string;
  /** The IAM id of the user or service that made the last change. */
  lastModifiedById?: string;
  /**
   * The manager of an authorization that cannot be adopted: the service that created it for its own use, or an enterprise
   * template. Undefined for all other authorizations.
   */
  managedBy?: "service" | "template";
}

/** A service instance, as a lookup returns it. */
export interface ServiceInstance {
  /** The instance's GUID. */
  guid: string;
  /** The instance's CRN: `crn:v1:…:<service>:<region>:a/<account>:<guid>::`. */
  crn: string;
  /** The instance's name. */
  name: string;
  /** The name of its service in IAM, such as `"kms"` or `"cloud-object-storage"`. */
  serviceName: string;
  /** The id of its resource group: 32 hexadecimal digits, or an empty string if it is in none. */
  resourceGroupId: string;
  /** Its location, such as `"us-south"` or `"global"`. */
  region: string;
  /** The id of its account: 32 hexadecimal digits. */
  accountId: string;
}

/** A resource group, as a lookup returns it. */
export interface ResourceGroup {
  /** The group's id: 32 hexadecimal digits. The argument `resourceGroupId` takes it. */
  id: string;
  /** The group's CRN. */
  crn: string;
  /** The group's name. */
  name: string;
  /** The id of its account: 32 hexadecimal digits. */
  accountId: string;
}
