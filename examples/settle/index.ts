import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// IAM records a change at once, and services see it later.
// So whatever depends on this one, of any provider, is made that much later, and removed that much earlier.
const seconds = config.requireNumber("seconds");
const encryption = new EnAuthorization("encryption", {
  source: { serviceInstance: config.require("eventNotifications") },
  target: { crn: config.require("rootKey") },
  settle: { afterCreate: seconds, beforeDelete: seconds },
});
const source = { serviceName: "secrets-manager", serviceInstance: config.require("source") };
const target = { serviceName: "event-notifications", serviceInstance: config.require("eventNotifications") };
new EnAuthorization("secrets-events", { source, target }, { dependsOn: encryption });
