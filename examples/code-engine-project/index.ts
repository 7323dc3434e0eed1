import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// Events run the jobs of one Code Engine project. An application needs no authorization: it has a URL.
new EnAuthorization("jobs", {
  source: { serviceInstance: config.require("eventNotifications") },
  target: { serviceName: "codeengine", serviceInstance: config.require("codeEngineProject") },
});
