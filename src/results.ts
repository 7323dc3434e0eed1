import type * as pulumi from "@pulumi/pulumi";
import type { AuthorizationSource, AuthorizationTarget } from "./args";

/** An authorization that IAM holds, of this stack or not. */
export interface Authorization {
  /** The policy's id, a UUID: what `adopt` and `EnAuthorization.get` take. */
  id: string;
  /** Who is authorized, as IAM holds it: always with its account. */
  source: pulumi.Unwrap<AuthorizationSource> & { accountId: string };
  /** What the source may reach, as IAM holds it: always with its account. */
  target: pulumi.Unwrap<AuthorizationTarget> & { accountId: string };
  /** The roles' display names, sorted; a CRN where IAM tells no name for it. */
  roles: string[];
  description?: string;
  /** When it was made: ISO 8601, UTC. */
  createdAt?: string;
  /** The IAM id of who made it. */
  createdById?: string;
  /** When it was last changed: ISO 8601, UTC. */
  lastModifiedAt?: string;
  /** The IAM id of who changed it last. */
  lastModifiedById?: string;
  /** Who else manages it: such a one cannot be adopted. Absent where nobody does. */
  managedBy?: "service" | "template";
}

/** A service instance that was looked up. */
export interface ServiceInstance {
  /** A UUID: what IAM calls the service instance. */
  guid: string;
  /** `crn:v1:…:<service>:<region>:a/<account>:<guid>::` */
  crn: string;
  name: string;
  /** The service, as IAM spells it: `"kms"`, `"cloud-object-storage"`, … */
  serviceName: string;
  /** 32 hexadecimal digits; empty where it is in none. */
  resourceGroupId: string;
  /** Such as `"us-south"`, or `"global"`. */
  region: string;
  /** 32 hexadecimal digits. */
  accountId: string;
}

/** A resource group that was looked up. */
export interface ResourceGroup {
  /** 32 hexadecimal digits: what is written as `resourceGroupId`. */
  id: string;
  crn: string;
  name: string;
  /** 32 hexadecimal digits. */
  accountId: string;
}
