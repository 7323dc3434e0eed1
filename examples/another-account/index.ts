import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// A Secrets Manager of another account sends its events here.
// IAM stores the authorization in the target's account. Only the id of the other account is needed, and no credentials.
new EnAuthorization("partner-secrets-events", {
  source: {
    accountId: config.require("partnerAccount"),
    serviceName: "secrets-manager",
    serviceInstance: config.require("partnerSource"),
  },
  target: { serviceName: "event-notifications", serviceInstance: config.require("eventNotifications") },
});
