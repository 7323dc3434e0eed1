import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// The partner's Secrets Manager sends its events here. IAM stores this in our account, so it needs the default credentials.
new EnAuthorization("partner-secrets-events", {
  source: { accountId: config.require("partnerAccount"), crn: config.require("partnerSource") },
  target: { serviceName: "event-notifications", serviceInstance: config.require("eventNotifications") },
});

// Event Notifications encrypts with the partner's key. IAM stores this in the partner's account, so it needs PARTNER_APIKEY.
new EnAuthorization("partner-encryption", {
  source: { accountId: config.require("account"), serviceInstance: config.require("eventNotifications") },
  target: { crn: config.require("partnerKey") },
  credentials: "PARTNER",
});
