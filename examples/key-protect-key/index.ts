import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// Event Notifications encrypts with one root key of Key Protect. The key's CRN is the whole target.
new EnAuthorization("encryption", {
  source: { serviceInstance: config.require("eventNotifications") },
  target: { crn: config.require("rootKey") },
});
