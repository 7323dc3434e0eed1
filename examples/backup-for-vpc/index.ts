import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// The backup policies of VPC in this account send an event for each job. They are resources of the service "is".
new EnAuthorization("backup-events", {
  source: { serviceName: "is", serviceInstance: "*", resourceType: "backup-policy" },
  target: { serviceName: "event-notifications", serviceInstance: config.require("eventNotifications") },
});
