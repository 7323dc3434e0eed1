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
