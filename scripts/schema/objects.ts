/** An object type of the schema. */
export interface ObjectType {
  /** The exported type whose doc comment describes it. */
  text: string;
  /** The TypeScript types that have its properties. */
  of: readonly string[];
  /** Properties that the schema doesn't require, although one of these types does. */
  optional?: readonly string[];
  /** Properties that it requires, although these types don't. */
  always?: readonly string[];
}

export const OBJECTS: Record<string, ObjectType> = {
  // A schema can't express alternative objects, so each side has the properties of all its variants.
  AuthorizationSource: {
    text: "AuthorizationSource",
    of: ["SourceProperties", "AuthorizationCrn"],
    optional: ["crn"],
  },
  AuthorizationTarget: {
    text: "AuthorizationTarget",
    of: ["TargetProperties", "AuthorizationCrn"],
    optional: ["crn", "serviceName"],
  },
  StoredSource: { text: "AuthorizationSource", of: ["SourceProperties"], always: ["accountId"] },
  StoredTarget: { text: "AuthorizationTarget", of: ["TargetProperties"], always: ["accountId"] },
  ListedSource: { text: "AuthorizationSource", of: ["SourceProperties"] },
  ListedTarget: { text: "AuthorizationTarget", of: ["TargetProperties"] },
  AuthorizationAttribute: { text: "AuthorizationAttribute", of: ["AuthorizationAttribute"] },
  AuthorizationTag: { text: "AuthorizationTag", of: ["AuthorizationTag"] },
  AuthorizationSettle: { text: "AuthorizationSettle", of: ["AuthorizationSettle"] },
  AuthorizationFilter: { text: "AuthorizationFilter", of: ["AuthorizationFilter"] },
  Authorization: { text: "Authorization", of: ["Authorization"] },
};

/** Types whose values the schema suggests. Any other string is accepted too. */
export const OPEN_ENUMS = ["ServiceName", "Role", "ResourceType"];

/** The sides in the results of lookups, by the type that they have. */
export const LISTED: Record<string, string> = {
  SourceProperties: "ListedSource",
  TargetProperties: "ListedTarget",
};
