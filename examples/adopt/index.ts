import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// Somebody made this one in the console: it is taken over, and keeps its id.
// Roles and description become these. Where there is none, one is made.
new EnAuthorization("secrets-events", {
  source: { serviceName: "secrets-manager", serviceInstance: config.require("source") },
  target: { serviceName: "event-notifications", serviceInstance: config.require("eventNotifications") },
  roles: ["Event Source Manager"],
  description: "Secrets Manager tells of secrets that expire",
  adopt: true,
});
