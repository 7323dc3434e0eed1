import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// One Cloud Logs instance sends its alerts. According to its documentation, Reader and Viewer are required too.
new EnAuthorization("log-alerts", {
  source: { serviceName: "logs", serviceInstance: config.require("cloudLogs") },
  target: { serviceName: "event-notifications", serviceInstance: config.require("eventNotifications") },
  roles: ["Viewer", "Reader", "Event Source Manager"],
});
