/** A role that an authorization can grant. */
export interface CatalogRole {
  kind: "system" | "service" | "custom";
  crn: string;
  display_name: string;
  description: string;
  actions: string[];
}

/** A role; what it allows is made up. */
function role(
  kind: CatalogRole["kind"],
  crn: string,
  display_name: string,
  description: string,
  service: string,
): CatalogRole {
  const word = display_name.toLowerCase().replaceAll(" ", "-");
  return { kind, crn, display_name, description, actions: [`${service}.emulated.${word}`] };
}

/** Source: account docs, iam-service-roles.md. */
export const PLATFORM: Record<string, string> = {
  Viewer: "As a viewer, you can view service instances, but you can't modify them.",
  Operator:
    "As an operator, you can perform platform actions required to configure and operate service instances.",
  Editor:
    "As an editor, you can perform all platform actions except for managing the account and assigning access policies.",
  Administrator:
    "As an administrator, you can perform all platform actions based on the resource this role is being assigned.",
};
const SHARED: Record<string, string> = {
  Reader:
    "As a reader, you can perform read-only actions within a service such as viewing service-specific resources.",
  Writer:
    "As a writer, you have permissions beyond the reader role, including creating and editing service-specific resources.",
  Manager:
    "As a manager, you have permissions beyond the writer role to complete privileged actions as defined by the service.",
};

export const iamRoles = (service: string, names: Record<string, string>, kind: CatalogRole["kind"]) =>
  Object.entries(names).map(([name, description]) =>
    role(
      kind,
      `crn:v1:bluemix:public:iam::::${kind === "system" ? "role" : "serviceRole"}:${name}`,
      name,
      description,
      service,
    ),
  );
/** A role that the service has of its own. */
export const own = (service: string, id: string, name: string, description: string) =>
  role("service", `crn:v1:bluemix:public:${service}::::serviceRole:${id}`, name, description, service);
/** What nearly every service has. */
export const common = (service: string) => [
  ...iamRoles(service, PLATFORM, "system"),
  ...iamRoles(service, SHARED, "service"),
];
/** A role that several services share, by another id than its name. */
export const sharedById = (service: string, id: string, name: string, description: string) =>
  role("service", `crn:v1:bluemix:public:iam::::serviceRole:${id}`, name, description, service);

/** What lets a service pass on its authorization. Source: the pages of VPC and Event Streams; IBM describes it nowhere. */
export const AUTHORIZATION_DELEGATOR = role(
  "system",
  "crn:v1:bluemix:public:iam::::role:AuthorizationDelegator",
  "Authorization Delegator",
  "As an authorization delegator, a service can authorize the services that it depends on.",
  "iam",
);
