import type { Source, Target } from "../inputs";
import type { Failure } from "../shape";

/** One side, as far as it is known: a property may be unknown, and what was refused already stands as unknown too. */
export interface Side {
  name: "source" | "target";
  is: Partial<Source & Target>;
}

/** One rule about one side. */
export type Rule = (side: Side) => Failure | undefined;

/** A refusal whose sentence begins with the property. */
export function refusal(property: string, predicate: string): Failure {
  return { property, reason: `${property} ${predicate}` };
}
