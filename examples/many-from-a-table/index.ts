import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization } from "pulumi-ibm-en-authorization";

const config = new pulumi.Config();

// All instances of these services send their events. A service needs explicit roles if IBM's pages contradict each other.
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
