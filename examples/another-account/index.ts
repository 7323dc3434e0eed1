import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// A Secrets Manager of another account sends its events here.
// The authorization is made in the target's account, with its credentials: of the other one only the number is needed.
new EnAuthorization("partner-secrets-events", {
  source: {
    accountId: config.require("partnerAccount"),
    serviceName: "secrets-manager",
    serviceInstance: config.require("partnerSource"),
  },
  target: { serviceName: "event-notifications", serviceInstance: config.require("eventNotifications") },
});
