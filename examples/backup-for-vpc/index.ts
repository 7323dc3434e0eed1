import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// The account's backup policies of VPC tell of each job: one kind of resource of the service "is".
new EnAuthorization("backup-events", {
  source: { serviceName: "is", serviceInstance: "*", resourceType: "backup-policy" },
  target: { serviceName: "event-notifications", serviceInstance: config.require("eventNotifications") },
});
