import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// Events go to one topic of Event Streams. IBM's pages name no role for this pair. Writing to a topic requires Writer.
new EnAuthorization("events-to-topic", {
  source: { serviceInstance: config.require("eventNotifications") },
  target: {
    serviceName: "messagehub",
    serviceInstance: config.require("eventStreams"),
    resourceType: "topic",
    resource: "events",
  },
  roles: ["Writer"],
});
