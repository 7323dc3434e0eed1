import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// Lets one Event Notifications instance store undelivered events in one bucket.
const failedEvents = new EnAuthorization("failed-events", {
  source: { serviceInstance: config.require("eventNotifications") },
  target: {
    serviceName: "cloud-object-storage",
    serviceInstance: config.require("objectStorage"),
    resourceType: "bucket",
    resource: "failed-events",
  },
  roles: config.getObject<string[]>("roles") ?? ["Reader", "Object Writer"],
});

export const policyId = failedEvents.id;
