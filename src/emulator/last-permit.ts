/**
 * `format=include_last_permit` tells when a policy last permitted something, and how often it has. Nobody asks the
 * emulator for a decision: it never has.
 */
export function withLastPermit(shown: object, format: string | undefined): object {
  return format === "include_last_permit"
    ? { ...shown, last_permit_at: null, last_permit_frequency: 0 }
    : shown;
}
