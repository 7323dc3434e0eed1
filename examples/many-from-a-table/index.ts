import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// Each row is a service whose instances all send their events, with the roles where IBM's pages disagree.
const sources: Record<string, string[] | undefined> = {
  project: undefined,
  compliance: undefined,
  toolchain: ["Reader", "Event Source Manager"],
};
for (const [serviceName, roles] of Object.entries(sources)) {
  new EnAuthorization(`${serviceName}-events`, {
    source: { serviceName, serviceInstance: "*" },
    target: { serviceName: "event-notifications", serviceInstance: config.require("eventNotifications") },
    roles,
  });
}
