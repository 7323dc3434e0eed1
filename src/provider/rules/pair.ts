import { ALL, EVENT_NOTIFICATIONS, type Source, type Target } from "../inputs";
import { nearest } from "../nearest";
import type { Shaped } from "../schema";
import type { Failure } from "../shape";
import { UNKNOWN } from "../unknown";
import { refusal } from "./side";

/** One of the two services is Event Notifications; the source's is needed when the target's is. */
export function checkPair(source: Partial<Source>, target: Partial<Target>): Failure[] {
  const from = source.serviceName;
  const to = target.serviceName;
  if (from === UNKNOWN || to === UNKNOWN || to === undefined) return [];
  if (to === EVENT_NOTIFICATIONS) {
    if (from !== undefined) return [];
    const predicate = `is missing: say which service may reach ${EVENT_NOTIFICATIONS}, such as "secrets-manager", or "${ALL}" for every service of source.resourceGroupId`;
    return [refusal("source.serviceName", predicate)];
  }
  if (from === undefined || from === EVENT_NOTIFICATIONS) return [];
  const property = nearest(to, [EVENT_NOTIFICATIONS]) ? "target.serviceName" : "source.serviceName";
  const written = property === "target.serviceName" ? to : from;
  return [
    refusal(
      property,
      `is ${written}: one of the two services must be ${EVENT_NOTIFICATIONS}, and ${from} -> ${to} has it on neither side`,
    ),
  ];
}

/** The service of a source that names none: Event Notifications, unless that is the target or not yet known. */
export function defaultSourceService(inputs: Pick<Shaped, "target">): string | undefined {
  const target: unknown = inputs.target;
  if (target === UNKNOWN) return undefined;
  const { serviceName } = inputs.target;
  return serviceName === EVENT_NOTIFICATIONS || serviceName === UNKNOWN ? undefined : EVENT_NOTIFICATIONS;
}
