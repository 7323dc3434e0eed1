export type Fields = Partial<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

export function isListOf<Each>(value: unknown, is: (each: unknown) => each is Each): value is Each[] {
  return Array.isArray(value) && value.every(is);
}

/** Whether a value is absent, `null`, or of a kind. */
export function isMaybe<Each>(
  value: unknown,
  is: (each: unknown) => each is Each,
): value is Each | null | undefined {
  return value === undefined || value === null || is(value);
}
