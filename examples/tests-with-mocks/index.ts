import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization, getServiceInstanceOutput } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

const archive = getServiceInstanceOutput({ name: "archive", serviceName: "cloud-object-storage" });

// Lets one Event Notifications instance store undelivered events in the instance "archive".
export const failedEvents = new EnAuthorization("failed-events", {
  source: { serviceInstance: config.require("eventNotifications") },
  target: { crn: archive.crn },
});
