import type { Pair } from "../iam/roles";
import { ALL, EVENT_NOTIFICATIONS } from "./inputs";

/** The roles that IBM documents for a pair of services. */
interface Preset {
  source: string;
  target: string;
  roles: readonly string[];
  /** The page of IBM's docs that says so. */
  page: string;
}

/** What a row says of every source that no other row names. */
const ANY = "any";

/**
 * The documented sets. A pair that IBM's pages contradict each other on, or whose roles they do not name, has no row with
 * roles: Event Streams (its page names none), and those whose own page asks for more than Event Notifications' page does.
 */
const PRESETS: readonly Preset[] = [
  {
    source: EVENT_NOTIFICATIONS,
    target: "cloud-object-storage",
    roles: ["Object Writer", "Reader"],
    page: "event-notifications: en-destination-cloud-object-storage, en-cfe-integrations",
  },
  {
    source: EVENT_NOTIFICATIONS,
    target: "codeengine",
    roles: ["Viewer", "Writer"],
    page: "event-notifications: en-destination-codeengine",
  },
  {
    source: EVENT_NOTIFICATIONS,
    target: "kms",
    roles: ["Reader"],
    page: "event-notifications: en-managing-encryption",
  },
  {
    source: EVENT_NOTIFICATIONS,
    target: "hs-crypto",
    roles: ["Reader"],
    page: "event-notifications: en-managing-encryption",
  },
  {
    source: EVENT_NOTIFICATIONS,
    target: "apprapp",
    roles: ["Config Operator"],
    page: "event-notifications: en-destination-app-configuration",
  },
  // Their own pages ask for Reader too, or for Reader and Viewer.
  { source: "logs", target: EVENT_NOTIFICATIONS, roles: [], page: "cloud-logs: iam-service-auth-en" },
  { source: "sysdig-monitor", target: EVENT_NOTIFICATIONS, roles: [], page: "monitoring: eventnotif" },
  {
    source: "toolchain",
    target: EVENT_NOTIFICATIONS,
    roles: [],
    page: "ContinuousDelivery: event-notifications-cd",
  },
  {
    source: ANY,
    target: EVENT_NOTIFICATIONS,
    roles: ["Event Source Manager"],
    page: "event-notifications: en-create-source",
  },
];

/** The roles, in canonical spelling and order, that IBM documents for a pair; `undefined` where it says none, or several. */
export function presetOf({ source, target }: Pair): readonly string[] | undefined {
  if (source === undefined || source === ALL) return undefined;
  const found = PRESETS.find(
    (each) => each.target === target && (each.source === source || each.source === ANY),
  );
  return found?.roles.length ? found.roles : undefined;
}

/** The roles of a pair's documented set that some roles lack; none where there is no such set. */
export function lackingOf(pair: Pair, roles: readonly string[]): string[] {
  const preset = presetOf(pair) ?? [];
  // One role of another kind altogether is somebody's own choice; part of a set is a mistake.
  const has = (role: string) => roles.some((each) => each.toLowerCase() === role.toLowerCase());
  return preset.some(has) ? preset.filter((role) => !has(role)) : [];
}
