import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// IAM records a grant at once but propagates it over time.
// Dependents of any provider are created `seconds` seconds after the authorization.
// The authorization is deleted `seconds` seconds after its dependents.
const seconds = config.requireNumber("seconds");
const encryption = new EnAuthorization("encryption", {
  source: { serviceInstance: config.require("eventNotifications") },
  target: { crn: config.require("rootKey") },
  settle: { afterCreate: seconds, beforeDelete: seconds },
});
const source = { serviceName: "secrets-manager", serviceInstance: config.require("source") };
const target = { serviceName: "event-notifications", serviceInstance: config.require("eventNotifications") };
new EnAuthorization("secrets-events", { source, target }, { dependsOn: encryption });
