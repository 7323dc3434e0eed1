import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// Event Notifications needs this authorization as long as its data is encrypted with the key.
// Pulumi refuses to delete it until you run `pulumi state unprotect`.
const source = { serviceInstance: config.require("eventNotifications") };
const target = {
  serviceName: "kms",
  serviceInstance: config.require("keyProtect"),
  resourceType: "key",
  resource: config.require("rootKeyId"),
};
new EnAuthorization("encryption", { source, target }, { protect: true });
