import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// Events toggle the feature flags of one App Configuration instance.
new EnAuthorization("feature-flags", {
  source: { serviceInstance: config.require("eventNotifications") },
  target: { serviceName: "apprapp", serviceInstance: config.require("appConfiguration") },
});
