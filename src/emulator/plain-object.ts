import * as v from "valibot";

/** What JSON writes in braces: valibot's own objects take an array too. The emulator shares nothing with the provider. */
export const plainObject = v.custom<Record<string, unknown>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "expected an object",
);
