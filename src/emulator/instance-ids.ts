import { UUID } from "./seed-values";

/** The shape of the ids of some services' instances. */
interface IdShape {
  /** The services. Undefined: every service that has no row of its own. */
  services?: readonly string[];
  /** A regular expression. */
  shape: string;
  /** The shape in words. */
  name: string;
}

/** The first row for a service applies. Sources: account docs, crn; vpc docs, cr-create-route; satellite docs, get-help. */
const INSTANCE_IDS: readonly IdShape[] = [
  {
    services: ["is"],
    shape: `([0-9a-zA-Z]{4}[-_])?${UUID}`,
    name: "a UUID, with or without the prefix of a region or a zone, such as r006- or 0717_",
  },
  {
    services: ["containers-kubernetes", "satellite"],
    shape: "[0-9a-fA-F]{32}|[0-9a-zA-Z]{20}",
    name: "the id of a cluster or a location: 20 letters and digits, or 32 hexadecimal digits",
  },
  { shape: UUID, name: "a UUID" },
];

/** The shape of the id of any service's instance. */
export const INSTANCE_ID = INSTANCE_IDS.map(({ shape }) => shape).join("|");

/** Returns the shape that an instance of a service must have, in words, or `undefined` if the id has it. */
export function expectedInstanceId(id: string, serviceName: string): string | undefined {
  const row = INSTANCE_IDS.find(({ services }) => services?.includes(serviceName) ?? true);
  return row && !new RegExp(`^(${row.shape})$`).test(id) ? row.name : undefined;
}
