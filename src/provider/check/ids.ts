import { ALL, isUnknown } from "../values";

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/** The shape of the ids of some services' instances. */
interface IdShape {
  /** The services. Undefined: every service that has no row of its own. */
  services?: readonly string[];
  pattern: RegExp;
  /** True if Resource Controller is known to list these instances. */
  isListed: boolean;
  /** The pages of IBM's docs. */
  page: string;
}

/**
 * The shapes of instance ids. The first row for a service applies. A CRN is always accepted, so that a service whose ids have
 * another shape can be authorized too.
 */
const INSTANCE_IDS: readonly IdShape[] = [
  {
    services: ["is"],
    // The prefix is the region, such as r006, or the zone, such as 0717 or 02h7.
    pattern: new RegExp(`^([0-9a-z]{4}[-_])?${UUID}$`, "i"),
    isListed: false,
    page: "vpc: creating-vpc-resources, block_storage_vpc_view, cr-create-route",
  },
  {
    services: ["containers-kubernetes", "satellite"],
    pattern: /^([0-9a-f]{32}|[0-9a-z]{20})$/i,
    isListed: false,
    page: "account: crn; satellite: get-help",
  },
  {
    services: ["project"],
    pattern: new RegExp(`^${UUID}$`, "i"),
    // Projects have an API of their own, and no page of IBM's docs shows one in Resource Controller.
    isListed: false,
    page: "cli: projects-cli",
  },
  {
    // The service of resource groups, which are not instances.
    services: ["resource-controller"],
    pattern: new RegExp(`^${UUID}$`, "i"),
    isListed: false,
    page: "account: crn",
  },
  { pattern: new RegExp(`^${UUID}$`, "i"), isListed: true, page: "account: crn" },
];

function shapesFor(serviceName: string | undefined): readonly IdShape[] {
  if (serviceName === undefined || serviceName === ALL || isUnknown(serviceName)) return INSTANCE_IDS;
  return INSTANCE_IDS.filter(({ services }) => services?.includes(serviceName) ?? true).slice(0, 1);
}

/** Returns true if a string has the shape of an instance id. Without a known service, any shape is accepted. */
export function isInstanceId(text: string, serviceName: string | undefined): boolean {
  return shapesFor(serviceName).some(({ pattern }) => pattern.test(text));
}

/** Returns true if Resource Controller is known to list this service's instance by this id. */
export function isListedInstance(text: string, serviceName: string): boolean {
  return isListedService(serviceName) && isInstanceId(text, serviceName);
}

/** Returns true if Resource Controller is known to list the instances of this service. */
export function isListedService(serviceName: string): boolean {
  return shapesFor(serviceName).every(({ isListed }) => isListed);
}

/** Returns true if a string has the shape of a resource group's id. Source: resource-manager API; account: crn. */
export function isGroupId(text: string): boolean {
  return /^[0-9a-f]{32}$/i.test(text);
}
