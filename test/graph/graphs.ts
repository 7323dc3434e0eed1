import type { Authorization } from "../../src/results";
import { ACCOUNT, COS, EN, GROUP, KMS, OTHER_ACCOUNT } from "../support/inputs";

/** Names that would end a string, an element, a comment or a line, or control a terminal. */
export const HOSTILE = `"];</script><script>alert(1)</script><!-- \\N &lt; #quot; \`x\` \u202e\u001b[2J\n}`;

const eventNotifications = { accountId: ACCOUNT, serviceName: "event-notifications", serviceInstance: EN };

function authorization(id: string, others: Partial<Authorization>): Authorization {
  return {
    id,
    source: eventNotifications,
    target: { accountId: ACCOUNT, serviceName: "kms", serviceInstance: KMS },
    roles: ["Reader"],
    ...others,
  };
}

/** One authorization of each shape. */
export const AUTHORIZATIONS: readonly Authorization[] = [
  authorization("bucket", {
    target: {
      accountId: ACCOUNT,
      serviceName: "cloud-object-storage",
      serviceInstance: COS,
      resourceType: "bucket",
      resource: "failed-events",
    },
    roles: ["Object Writer", "Reader"],
    description: "Failed events",
    createdById: "IBMid-1",
  }),
  authorization("key", {}),
  authorization("all keys", {
    target: { accountId: ACCOUNT, serviceName: "kms", serviceInstance: "*" },
    managedBy: "template",
  }),
  authorization("group", {
    source: { accountId: ACCOUNT, serviceName: "*", resourceGroupId: GROUP },
    target: eventNotifications,
  }),
  authorization("every group", {
    source: { accountId: ACCOUNT, serviceName: "secrets-manager", resourceGroupId: "*" },
    target: eventNotifications,
  }),
  authorization("other account", {
    source: { accountId: OTHER_ACCOUNT, serviceName: "secrets-manager", serviceInstance: "*" },
    target: eventNotifications,
  }),
  authorization("region", {
    source: { accountId: ACCOUNT, serviceName: "logs", region: "eu-de" },
    target: eventNotifications,
  }),
];

/** The names of two instances and their resource group, and the group of each instance. */
export const KNOWN = {
  names: new Map([
    [EN, "my-events"],
    [COS, "my-storage"],
    [GROUP, "production"],
  ]),
  groupOf: new Map([
    [EN, GROUP],
    [COS, GROUP],
  ]),
};
