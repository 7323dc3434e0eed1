import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// The partner's secrets tell of themselves here: made in this account, with the default credentials.
new EnAuthorization("partner-secrets-events", {
  source: { accountId: config.require("partnerAccount"), crn: config.require("partnerSource") },
  target: { serviceName: "event-notifications", serviceInstance: config.require("eventNotifications") },
});

// Event Notifications encrypts with the partner's key: made in the partner's account, with what PARTNER_APIKEY holds.
new EnAuthorization("partner-encryption", {
  source: { accountId: config.require("account"), serviceInstance: config.require("eventNotifications") },
  target: { crn: config.require("partnerKey") },
  credentials: "PARTNER",
});
