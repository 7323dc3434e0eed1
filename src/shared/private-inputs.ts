/**
 * The input by which the program tells `check` that Pulumi may delete the resource's authorization before it creates the next
 * one. Pulumi passes no resource options to a provider, and no old inputs to the check of a resource that is replaced with
 * `--replace` or was tainted. `check` drops this input, so neither the state nor a diff has it.
 */
export const DELETES_FIRST = "__deletesFirst";

/**
 * The input by which the program tells `check` that this is the update of a `pulumi up` whose preview had the same values, so
 * that each note appears once. `check` can't tell a preview from an update, and drops this input too.
 */
export const WAS_PREVIEWED = "__wasPreviewed";
