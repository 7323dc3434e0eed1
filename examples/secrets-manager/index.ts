import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// Every Secrets Manager of a resource group sends events, including those that are created later.
new EnAuthorization("secrets-events", {
  source: { serviceName: "secrets-manager", resourceGroupId: config.require("resourceGroup") },
  target: { serviceName: "event-notifications", serviceInstance: config.require("eventNotifications") },
});
