import { redact } from "./redact";

/** What a failed call told, whatever it failed with. */
interface Told {
  /** The HTTP status; absent when no answer came. */
  status?: number;
  /** IAM's code, such as `policy_not_found`, or the connection's, such as `ECONNREFUSED`. */
  code?: string;
  /** IAM's own reason. */
  said: string;
  transactionId?: string;
  /** The policy that stands in the way: its id, or all of it. */
  conflict?: unknown;
  /** How long IAM asks to wait, in milliseconds. */
  retryAfter?: number;
  /** Whether somebody else's change is in the way. */
  stale?: boolean;
  /** When IAM answered, by its own clock, in milliseconds since 1970. */
  answeredAt?: number;
  /** Who was asked, where it was not IAM. */
  by?: OtherService;
}

/** What to do next, by what a failure is known by: the first row that matches. */
export type Ways = readonly [known: (told: Told) => boolean, way: string][];

/** One of IBM's services beside IAM: what its errors call it, and say to do next. */
export interface OtherService {
  name: string;
  ways: Ways;
}

/** How a call went on after it failed. */
interface Tried {
  tries: number;
  /** Milliseconds since the first try. */
  elapsed: number;
  /** Whether any of the tries may have been carried out although no good answer came. */
  unsure: boolean;
}

/** A call to IAM that failed. The message is IAM's reason and code, what to do next, and the transaction's id. */
export class IamError extends Error {
  readonly told: Told;
  /** Whether the call may have been carried out although no good answer came. */
  readonly unsure: boolean;
  private readonly tried?: Tried;

  constructor(told: Told, tried?: Tried, options?: ErrorOptions) {
    super(sentence(told, tried), options);
    this.name = "IamError";
    this.told = told;
    this.tried = tried;
    this.unsure = tried?.unsure ?? mayBeDone(told);
  }

  /** The HTTP status; absent when no answer came. */
  get status(): number | undefined {
    return this.told.status;
  }

  get transactionId(): string | undefined {
    return this.told.transactionId;
  }

  /** The policy that stands in the way: its id, or all of it. */
  get conflict(): unknown {
    return this.told.conflict;
  }

  /** Whether IAM says that it holds no such policy; a gateway's 404 says nothing about it. */
  get isPolicyNotFound(): boolean {
    return this.told.status === 404 && ["policy_not_found", "not_found"].includes(this.told.code ?? "");
  }

  /** How long IAM asks to wait, in milliseconds. */
  get retryAfter(): number | undefined {
    return this.told.retryAfter;
  }

  /** Whether the same call may succeed a while later. */
  get passes(): boolean {
    const { status, code } = this.told;
    if (status === undefined) return [...NOT_CONNECTED, ...LOST].some((each) => each === code);
    return status === 429 || (status >= 500 && status !== 501);
  }

  /** Whether the call got as far as IAM. */
  get connected(): boolean {
    return this.told.status !== undefined || !NOT_CONNECTED.includes(this.told.code ?? "");
  }

  /** The same, known to mean that somebody else changed the policy meanwhile: IAM may say so as a conflict. */
  asStale(): IamError {
    return new IamError({ ...this.told, stale: true }, undefined, { cause: this.cause });
  }

  /** The same after another call that may have been carried out although no good answer came. */
  inDoubt(): IamError {
    return this.after({ ...(this.tried ?? { tries: 1, elapsed: 0 }), unsure: true });
  }

  /** The same after it was tried again: IAM said this last. */
  after(tried: Tried): IamError {
    return new IamError(this.told, tried, { cause: this.cause });
  }
}

/** What the network says when no connection came about. */
const NOT_CONNECTED = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "ENETDOWN"];

/** What it says when a connection ended, or nothing came over it in time. */
const LOST = [
  "ECONNRESET",
  "ECONNABORTED",
  "ETIMEDOUT",
  "EPIPE",
  "ERR_NETWORK",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ERR_BAD_RESPONSE",
];

/** Whether a connection failed because of a certificate. */
export function isTls(code: string | undefined): boolean {
  return code !== undefined && /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_/.test(code);
}

function mayBeDone({ status, code }: Told): boolean {
  if (status === undefined) return !NOT_CONNECTED.includes(code ?? "") && !isTls(code);
  return status >= 500;
}

/** The code of an answer with a good status that is none of IAM's. */
const UNREADABLE = "unreadable_answer";

/** Whether something answered that cannot have been the one that was asked. */
export function isStrangers({ status, code }: Told): boolean {
  return code === UNREADABLE || (status === 404 && code === undefined);
}

const WAYS: Ways = [
  [
    ({ status, code }) => status === 400 && code?.startsWith("BXNIM") === true,
    "The token service refused the credentials: check the API key (ibmcloud:apiKey, IC_API_KEY, IBMCLOUD_API_KEY), whether it was deleted or locked, and the endpoint it belongs to. After a change of ibmcloud:apiKey, refresh and destroy need --run-program, or a pulumi up first",
  ],
  [isStrangers, "Something else answered in IAM's place: check proxies and the endpoint"],
  [
    ({ said }) => said.includes("Invalid URL"),
    "The endpoint (ibmcloud:iamEndpoint, IBMCLOUD_IAM_API_ENDPOINT) must begin with https://",
  ],
  [({ status }) => status === 400, "Check that both services take this scope and these roles"],
  [
    ({ status }) => status === 401,
    "The token is expired or not of this IAM: renew the credentials and run again",
  ],
  [
    ({ status }) => status === 403,
    "The credentials need the platform role Administrator on the target, and every role that is granted there",
  ],
  [({ code }) => code === "policy_not_found", "Run pulumi refresh to see what IAM still holds"],
  [
    ({ status, code, stale }) =>
      stale === true || status === 412 || (status === 409 && code !== "policy_conflict_error"),
    "Somebody changed the authorization meanwhile: run pulumi refresh, then pulumi up",
  ],
  [
    ({ status }) => status === 409,
    "IAM takes two authorizations for the same when scope and roles are the same: remove that one, or give it up here",
  ],
  [
    ({ status }) => status === 415,
    "Something between here and IAM changed the request: check proxies and the endpoint",
  ],
  [
    ({ status }) => status === 422,
    "The account is at its limit of policies (4,020): remove unused ones, or ask IBM for more",
  ],
  [({ status }) => status === 429, "IAM asks for fewer calls: run again later, or with a lower --parallel"],
  [
    ({ status }) => status !== undefined && status >= 500,
    "IAM has a problem of its own: run again, and see the status page of IBM Cloud when it stays",
  ],
  [
    ({ code }) => isTls(code),
    "The endpoint's certificate is not trusted: check the endpoint, and add a company's own authority with NODE_EXTRA_CA_CERTS",
  ],
  [
    ({ status }) => status === undefined,
    "No answer came: check the network, proxies and the endpoint (ibmcloud:iamEndpoint, IBMCLOUD_IAM_API_ENDPOINT)",
  ],
];

function sentence(told: Told, tried: Tried | undefined): string {
  const answer = [told.status, told.code].filter((each) => each !== undefined).join(" ");
  const said = told.said.trim().replace(/[.\s]+$/, "");
  const { name, ways } = told.by ?? { name: "IAM", ways: WAYS };
  const way = ways.find(([known]) => known(told))?.[1];
  const again = tried && tried.tries > 1 && `Tried ${tried.tries} times in ${seconds(tried.elapsed)} s`;
  const transaction = told.transactionId && `Transaction-Id: ${told.transactionId}`;
  const subject = told.status === undefined ? `${name} could not be asked` : `${name} refused`;
  return [`${subject}${answer && ` (${answer})`}: ${said}`, again, way, transaction]
    .filter(Boolean)
    .join(". ");
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0);
}

/** What a call of another service than IAM threw. */
export class OtherServiceError extends Error {
  readonly by: OtherService;

  constructor(by: OtherService, cause: unknown) {
    super(`${by.name} failed`, { cause });
    this.by = by;
  }
}

/** Turns whatever IBM's SDK threw into an `IamError`; credentials are cut out of it. */
export function toIamError(thrown: unknown, secrets: readonly string[]): IamError {
  if (thrown instanceof IamError) return thrown;
  const { by, cause } = thrown instanceof OtherServiceError ? thrown : { by: undefined, cause: thrown };
  const told = tell(cause);
  return new IamError({ ...told, said: redact(told.said, secrets), by });
}

/**
 * An answer with a good status that is none of IAM's, such as a proxy's page.
 *
 * @param what what it should answer
 * @param by who was asked, where it was not IAM
 */
export function notIamsAnswer(what: string, headers: unknown, by?: OtherService): IamError {
  return new IamError({
    code: UNREADABLE,
    said: `the answer to ${what} is not the JSON that ${by?.name ?? "IAM"} documents`,
    transactionId: headerOf(headers, "transaction-id"),
    answeredAt: dateOf(headers),
    by,
  });
}

type Fields = Partial<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

/**
 * Reads an error of ibm-cloud-sdk-core. Its message is not used where there is a body: for 401, 403 and whatever the
 * token service answers the core writes "Access is denied due to invalid credentials." over IAM's own reason.
 */
function tell(thrown: unknown): Told {
  const error = isFields(thrown) ? thrown : {};
  const status = typeof error["status"] === "number" ? error["status"] : undefined;
  const message = textOf(error["message"]) ?? String(thrown);
  if (status === undefined) return { code: textOf(error["statusText"]) ?? codeOf(message), said: message };
  const body = isFields(error["result"]) ? error["result"] : {};
  const [first] = Array.isArray(body["errors"]) ? (body["errors"] as unknown[]) : [];
  const reported = isFields(first) ? first : {};
  const details = isFields(reported["details"]) ? reported["details"] : {};
  const conflicting = isFields(details["conflicts_with"]) ? details["conflicts_with"] : {};
  return {
    status,
    // IAM's, its token service's, and Resource Controller's and Manager's.
    code: textOf(reported["code"]) ?? textOf(body["errorCode"]) ?? textOf(body["error_code"]),
    said:
      textOf(reported["message"]) ??
      textOf(body["errorMessage"]) ??
      textOf(body["message"]) ??
      textOf(error["statusText"]) ??
      message,
    transactionId:
      headerOf(error["headers"], "transaction-id") ?? textOf(body["trace"]) ?? textOf(body["transaction_id"]),
    conflict: conflicting["policy"],
    retryAfter: waitOf(headerOf(error["headers"], "retry-after")),
    answeredAt: dateOf(error["headers"]),
  };
}

/** Some errors of the core hold the connection's code in their text alone. */
function codeOf(message: string): string | undefined {
  // What the core says of a good answer without a token in it.
  if (message.includes("Access token not present")) return UNREADABLE;
  return [...NOT_CONNECTED, ...LOST].find((code) => message.includes(code));
}

/** `Retry-After`: seconds, or a date. */
function waitOf(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const wait = /^\d+$/.test(written) ? Number(written) * 1000 : Date.parse(written) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/** When an answer was given, by the clock of who gave it. */
export function dateOf(headers: unknown): number | undefined {
  const at = Date.parse(headerOf(headers, "date") ?? "");
  return Number.isNaN(at) ? undefined : at;
}

export function headerOf(headers: unknown, name: string): string | undefined {
  return isFields(headers) ? textOf(headers[name]) : undefined;
}
