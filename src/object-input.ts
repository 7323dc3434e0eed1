import type * as pulumi from "@pulumi/pulumi";

/** An object, or an Output or Promise of one, as with `pulumi.Input`, but with better errors: see `Pending`. */
export type ObjectInput<T> = T | Pending<T>;

/**
 * A source or target, or an Output or Promise of one. An Output may have any combination of properties, so that the outputs of
 * another authorization can be used.
 */
export type SideInput<T> = T | Pending<{ [Key in keyof T & string]?: T[Key] }>;

/**
 * The Outputs and Promises of an object. They also declare the properties of the object: the compiler suggests a name for a
 * mistyped property only if all members of a union have that property. The union includes a list type, `NoList`, because
 * otherwise the compiler's error for `{}` would not name the missing properties.
 */
type Pending<T> = (Promise<T> | pulumi.OutputInstance<T> | NoList) & {
  [Key in keyof T & string]?: pulumi.OutputInstance<unknown>;
};

/** No value has this type, and `pulumi.Unwrap` removes it. */
interface NoList extends ReadonlyArray<never>, Promise<never> {
  readonly none: never;
}
