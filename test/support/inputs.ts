import type { PolicyBody } from "../../src/iam/types";
import type { Inputs } from "../../src/provider/types";

export const ACCOUNT = "a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3";
export const OTHER_ACCOUNT = "ffffffffeeeeeeeeddddddddcccccccc";
export const EN = "3d7fca4b-0000-4000-8000-0000000000e1";
export const COS = "5c1d2e3f-0000-4000-8000-0000000000c1";
export const KMS = "77aa11bb-0000-4000-8000-0000000000d1";
export const GROUP = "0123456789abcdef0123456789abcdef";

/** Returns the GUID of one of many instances. */
export function guidOf(at: number): string {
  return `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`;
}

/** Returns the CRN of an instance, or of a resource inside it. */
export function crn(serviceName: string, guid: string, accountId = ACCOUNT, inside = ":"): string {
  return `crn:v1:bluemix:public:${serviceName}:us-south:a/${accountId}:${guid}:${inside}`;
}

/** Returns valid inputs: one Event Notifications instance may write to one bucket. */
export function bucketInputs(): Inputs & { roles: string[] } {
  return bucketArgs();
}

/** Returns the same inputs as a program's arguments. */
export function bucketArgs() {
  return {
    source: { serviceInstance: EN },
    target: {
      serviceName: "cloud-object-storage",
      serviceInstance: COS,
      resourceType: "bucket",
      resource: "failed-events",
    },
    roles: ["Reader", "Object Writer"],
  } satisfies Inputs;
}

/** Returns the attributes of one side of a policy, as IAM stores them. */
export function attributes(accountId: string, side: Readonly<Record<string, string>>) {
  return Object.entries({ accountId, ...side }).map(([key, value]) => ({
    key,
    operator: "stringEquals",
    value,
  }));
}

/** Returns the content of a policy: one Event Notifications instance may read the keys of one Key Protect instance. */
export function policyBody(accountId: string): PolicyBody {
  return {
    subject: {
      attributes: attributes(accountId, { serviceName: "event-notifications", serviceInstance: EN }),
    },
    resource: { attributes: attributes(accountId, { serviceName: "kms", serviceInstance: KMS }) },
    roleIds: ["crn:v1:bluemix:public:iam::::serviceRole:Reader"],
  };
}
