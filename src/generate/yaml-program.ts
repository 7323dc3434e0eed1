import { stringify } from "yaml";
import { PACKAGED_TYPE } from "../shared/resource-types";
import { declaredArgs, PROTECTED } from "./declared";
import type { TakenOver } from "./types";

/** The project, and the folder of the plugin after `npm install pulumi-ibm-en-authorization`. */
const PROJECT = {
  name: "event-notifications-authorizations",
  description: "Takes over the authorizations of Event Notifications.",
  runtime: "yaml",
  plugins: { providers: [{ name: "ibm-en-authorization", path: "node_modules/.bin" }] },
};

/** Writes a Pulumi YAML program, a whole `Pulumi.yaml`, that takes over authorizations with the packaged provider. */
export function yamlProgram(taken: readonly TakenOver[]): string {
  const resources = Object.fromEntries(
    taken.map((each) => [
      each.name,
      { type: PACKAGED_TYPE, properties: escaped(declaredArgs(each)), options: PROTECTED },
    ]),
  );
  return stringify(
    { ...PROJECT, resources },
    // Pulumi doesn't support YAML aliases, and follows YAML 1.1 for strings that look like numbers or dates.
    { aliasDuplicateObjects: false, lineWidth: 0, version: "1.1" },
  );
}

/** Escapes what Pulumi would read as a reference, in each text of a value. */
function escaped(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("${", () => "$${");
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, escaped(each)]));
}
