import * as v from "valibot";

/** What JSON writes in braces, as it is: valibot's own objects and records take an array too. */
export const plainObject = v.custom<Record<string, unknown>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "expected an object",
);
