/** One request to IAM and its response. */
export interface Exchange {
  method: string;
  path: string;
  query: Record<string, string>;
  request: unknown;
  status: number;
  headers: Record<string, string>;
  response: unknown;
}

/** IAM's behavior where IBM's documentation does not define it, and the emulator's. */
export interface Observation {
  question: string;
  answer: unknown;
  emulator: unknown;
}

/** All exchanges of one test run with an IAM. */
export interface Transcript {
  endpoint: string;
  observations: Observation[];
  exchanges: Exchange[];
}

/** Fields whose values are removed: keys, tokens, people, machines and list pages. */
const CUT = new Set([
  "apikey",
  "access_token",
  "refresh_token",
  "ims_user_id",
  "created_by_id",
  "last_modified_by_id",
  "clientIp",
  "instanceId",
  "threadId",
  "host",
  "clusterName",
  "start",
]);

const PATTERNS: [pattern: RegExp, replacement: string][] = [
  [/\beyJ[\w-]+(?:\.[\w-]*){1,2}/g, "<token>"],
  [/\b(?:IBMid|iam-ServiceId|iam-Profile)-[\w-]+/g, "<iam id>"],
  [/\ba\/[0-9a-f]{32}\b/g, "a/<account>"],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, "<e-mail>"],
  [/\b(?:\d{1,3}\.){3}\d{1,3}\b/g, "<ip>"],
  [/\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b|\b(?:[0-9a-f]{1,4}:)+(?::[0-9a-f]{1,4})+\b/gi, "<ip>"],
  [/(?<=[?&]start=)[^&"]+/g, "<page>"],
];
const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi;

/** Redacts a transcript for publication: no account, person, instance or machine, and only this run's policies. */
export function redacted(
  transcript: Transcript,
  { apiKey, accountId }: { apiKey: string; accountId: string },
): Transcript {
  const own = new Set(transcript.exchanges.map(madeBy).filter((id) => id !== undefined));
  const numbers = new Map<string, number>();

  // Equal ids get equal numbers, so that a reader can follow a policy through the exchanges.
  const numbered = (id: string) => {
    const number = numbers.get(id) ?? numbers.size + 1;
    numbers.set(id, number);
    return `<id ${number}>`;
  };
  const hide = (text: string) =>
    PATTERNS.reduce(
      (rest, [pattern, replacement]) => rest.replace(pattern, replacement),
      text.replaceAll(apiKey, "<api key>").replaceAll(accountId, "<account>"),
    ).replace(UUID, numbered);

  function shown(value: unknown, name = ""): unknown {
    if (CUT.has(name)) return "<cut>";
    if (typeof value === "string") return hide(value);
    if (Array.isArray(value)) return ownOf(value, name).map((each) => shown(each));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [hide(key), shown(each, key)]));
  }

  // The account's other policies and its custom roles are private.
  function ownOf(list: unknown[], name: string): unknown[] {
    if (name !== "policies" && name !== "custom_roles") return list;
    const kept = list.filter((each) => own.has(idOf(each) ?? ""));
    return kept.length === list.length ? kept : [...kept, `<${list.length - kept.length} others>`];
  }

  return shown(transcript) as Transcript;
}

/** Returns the id of the policy that a request created, if any. */
export function madeBy({ method, status, response }: Exchange): string | undefined {
  return method === "POST" && status === 201 ? idOf(response) : undefined;
}

function idOf(policy: unknown): string | undefined {
  const { id } = (policy ?? {}) as { id?: unknown };
  return typeof id === "string" ? id : undefined;
}
