import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// This authorization was created in the console. Pulumi adopts it: it keeps its id and gets these roles and this description.
// If none exists, Pulumi creates one.
new EnAuthorization("secrets-events", {
  source: { serviceName: "secrets-manager", serviceInstance: config.require("source") },
  target: { serviceName: "event-notifications", serviceInstance: config.require("eventNotifications") },
  roles: ["Event Source Manager"],
  description: "Lets Secrets Manager send events about expiring secrets",
  adopt: true,
});
