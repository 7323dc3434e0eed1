import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// The console made this one: it is taken over, keeps its id, and gets these roles and this description. Where there is
// none, one is made.
new EnAuthorization("secrets-events", {
  source: { serviceName: "secrets-manager", serviceInstance: config.require("source") },
  target: { serviceName: "event-notifications", serviceInstance: config.require("eventNotifications") },
  roles: ["Event Source Manager"],
  description: "Secrets Manager tells of secrets that expire",
  adopt: true,
});
