import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// One Cloud Monitoring instance sends its alerts. According to its documentation, Reader is required too.
new EnAuthorization("monitoring-alerts", {
  source: { serviceName: "sysdig-monitor", serviceInstance: config.require("cloudMonitoring") },
  target: { serviceName: "event-notifications", serviceInstance: config.require("eventNotifications") },
  roles: ["Reader", "Event Source Manager"],
});
