import type { Shaped } from "../schema";
import type { Failure } from "../shape";
import { UNKNOWN } from "../unknown";
import { attributesAreOnce, propertiesAreUsed, sourceKeys, sourceOperators } from "./attributes";
import {
  breadthIsWritten,
  instanceIsOfAccount,
  instanceIsOfService,
  instanceIsOne,
  instanceOrGroup,
} from "./instance";
import { checkPair, defaultSourceService } from "./pair";
import type { Rule, Side } from "./side";
import { accountIsOne, allIsMeantSomewhere, idsAreIds, serviceIsNamed } from "./values";

const SIDE_RULES: readonly Rule[] = [
  instanceOrGroup,
  breadthIsWritten,
  instanceIsOne,
  instanceIsOfService,
  instanceIsOfAccount,
  accountIsOne,
  allIsMeantSomewhere,
  serviceIsNamed,
  idsAreIds,
  attributesAreOnce,
  propertiesAreUsed,
  sourceKeys,
  sourceOperators,
];

/** Checks every rule between properties that needs no call. What is unknown, or was refused already, is skipped. */
export function checkRules(inputs: Shaped): Failure[] {
  const sides = (["source", "target"] as const).flatMap((name): Side[] => {
    const is: unknown = inputs[name];
    return is === UNKNOWN ? [] : [{ name, is: inputs[name] as Side["is"] }];
  });
  const failures = sides.flatMap((side) =>
    SIDE_RULES.flatMap((rule) => rule(withDefaultService(side, inputs)) ?? []),
  );
  const [source, target] = sides;
  return source && target ? [...failures, ...checkPair(source.is, target.is)] : failures;
}

/** The source's service is Event Notifications where that is the default, also for the rules. */
function withDefaultService(side: Side, inputs: Shaped): Side {
  if (side.name === "target" || side.is.serviceName !== undefined) return side;
  return { ...side, is: { ...side.is, serviceName: defaultSourceService(inputs) } };
}
