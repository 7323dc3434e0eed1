import type { CheckFailure, Source, Target } from "../types";

/** One side of the inputs. Unknown and refused properties are `UNKNOWN`. */
export interface Side {
  name: "source" | "target";
  values: Partial<Source & Target>;
}

/** Checks one side. */
export type Rule = (side: Side) => CheckFailure | undefined;

/** @param predicate the reason, to follow the property's name */
export function failure(property: string, predicate: string): CheckFailure {
  return { property, reason: `${property} ${predicate}` };
}
