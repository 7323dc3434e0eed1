import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// This one must stay while anything is encrypted with the key: without it Event Notifications cannot read its own data.
// Pulumi refuses to remove it before `pulumi state unprotect`.
const source = { serviceInstance: config.require("eventNotifications") };
const target = {
  serviceName: "kms",
  serviceInstance: config.require("keyProtect"),
  resourceType: "key",
  resource: config.require("rootKeyId"),
};
new EnAuthorization("encryption", { source, target }, { protect: true });
