import * as v from "valibot";

/** The id of an account or a resource group. */
export const HEX_ID = "[0-9a-fA-F]{32}";
/** The id of a policy. */
export const UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

/** A string, with a description for editors. */
export const text = (description: string) =>
  v.pipe(v.string(), v.minLength(1), v.maxLength(1000), v.description(description));

/** A string of a known shape. */
export const matching = (shape: string, expected: string, description: string) =>
  v.pipe(v.string(), v.regex(new RegExp(`^(${shape})$`), expected), v.description(description));

export const hexId = (description: string) => matching(HEX_ID, "must be 32 hexadecimal digits", description);
export const uuid = (description: string) => matching(UUID, "must be a UUID", description);
