import { randomUUID } from "node:crypto";
import type IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";

export const READER = "crn:v1:bluemix:public:iam::::serviceRole:Reader";
export const WRITER = "crn:v1:bluemix:public:iam::::serviceRole:Writer";
export const VIEWER = "crn:v1:bluemix:public:iam::::role:Viewer";
export const OBJECT_WRITER = "crn:v1:bluemix:public:cloud-object-storage::::serviceRole:ObjectWriter";

/** A request body for an authorization. */
export interface Body {
  type: string;
  description?: string;
  subject: IamPolicyManagementV1.V2PolicySubject;
  resource: IamPolicyManagementV1.V2PolicyResource;
  control: IamPolicyManagementV1.Control;
}

/** Returns an attribute with the operator `stringEquals`. */
export function equals(key: string, value: string): { key: string; operator: string; value: string } {
  return { key, operator: "stringEquals", value };
}

/** Returns the part of a policy that grants roles. */
export function granting(...roles: string[]): IamPolicyManagementV1.Control {
  return { grant: { roles: roles.map((role_id) => ({ role_id })) } };
}

/**
 * Returns a body that lets one Event Notifications instance read one bucket. The instances don't exist, and each call
 * uses new ids, so that neither other tests nor existing policies can conflict.
 */
export function bucketBody(accountId: string, more: Partial<Body> = {}): Body {
  return {
    type: "authorization",
    subject: {
      attributes: [
        equals("serviceName", "event-notifications"),
        equals("accountId", accountId),
        equals("serviceInstance", randomUUID()),
      ],
    },
    resource: {
      attributes: [
        equals("serviceName", "cloud-object-storage"),
        equals("accountId", accountId),
        equals("serviceInstance", randomUUID()),
        equals("resourceType", "bucket"),
        equals("resource", "failed-events"),
      ],
    },
    control: granting(READER),
    ...more,
  };
}

/** Returns the body with one more attribute of its subject or resource. */
export function adding(
  side: "subject" | "resource",
  body: Body,
  attribute: IamPolicyManagementV1.V2PolicyResourceAttribute,
): Body {
  return { ...body, [side]: { ...body[side], attributes: [...body[side].attributes, attribute] } };
}

/** Returns the body without some attributes of its subject or resource. */
export function leavingOut(side: "subject" | "resource", body: Body, ...keys: string[]): Body {
  const attributes = body[side].attributes.filter(({ key }) => !keys.includes(key));
  return { ...body, [side]: { ...body[side], attributes } };
}

/** Returns the body of `bucketBody` in the v1 schema. */
export function bucketBodyV1(
  accountId: string,
  ...roles: string[]
): IamPolicyManagementV1.CreatePolicyParams {
  const { type, subject, resource } = bucketBody(accountId);
  return {
    type,
    subjects: [
      { attributes: subject.attributes.map(({ key, value }) => ({ name: key, value: String(value) })) },
    ],
    roles: (roles.length > 0 ? roles : [READER]).map((role_id) => ({ role_id })),
    resources: [
      {
        attributes: resource.attributes.map(({ key, operator, value }) => ({
          name: key,
          value: String(value),
          operator,
        })),
      },
    ],
  };
}
