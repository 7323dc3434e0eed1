/**
 * A private input for `check`. It is true if Pulumi may delete the resource's authorization before it creates the next one.
 * Pulumi passes no resource options to a provider, and no old inputs to the check of a resource that is replaced with
 * `--replace` or was tainted. `check` drops this input, so neither the state nor a diff has it.
 */
export const DELETES_FIRST = "__deletesFirst";

/**
 * A private input for `check`. It is true in the update of a `pulumi up` whose preview had the same values: `check` then prints
 * no notes, because the preview printed them. `check` can't tell a preview from an update, and drops this input too.
 */
export const WAS_PREVIEWED = "__wasPreviewed";
