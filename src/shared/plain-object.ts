import * as v from "valibot";

/** A JSON object. Valibot's own object and record schemas also accept an array. */
export const plainObject = v.custom<Record<string, unknown>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "expected an object",
);
