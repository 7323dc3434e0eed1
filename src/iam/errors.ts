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
  /** The policy that a new one would repeat. */
  conflict?: unknown;
}

/** A call to IAM that failed. The message is IAM's reason and code, what to do next, and the transaction's id. */
export class IamError extends Error {
  readonly status?: number;
  readonly code?: string;
  readonly transactionId?: string;
  /** The existing policy, as far as a conflict's answer holds it. */
  readonly conflict?: unknown;

  constructor(told: Told, options?: ErrorOptions) {
    super(sentence(told), options);
    this.name = "IamError";
    this.status = told.status;
    this.code = told.code;
    this.transactionId = told.transactionId;
    this.conflict = told.conflict;
  }
}

/** The code of an answer with a good status that is none of IAM's. */
const UNREADABLE = "unreadable_answer";

/** What to do next, by what the failure is known by: the first row that matches. */
const WAYS: readonly [known: (told: Told) => boolean, way: string][] = [
  [
    ({ code }) => code?.startsWith("BXNIM") === true,
    "The token service refused the credentials: check the API key (ibmcloud:apiKey, IC_API_KEY, IBMCLOUD_API_KEY), whether it was deleted or locked, and the endpoint it belongs to",
  ],
  [
    ({ code }) => code === UNREADABLE,
    "Something else answered in IAM's place: check proxies and the endpoint",
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
  [({ status }) => status === 404, "Run pulumi refresh to see what IAM still holds"],
  [
    ({ status, code }) => status === 412 || (status === 409 && code !== "policy_conflict_error"),
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
    ({ code }) => code !== undefined && /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_/.test(code),
    "The endpoint's certificate is not trusted: check the endpoint, and add a company's own authority with NODE_EXTRA_CA_CERTS",
  ],
  [
    ({ status }) => status === undefined,
    "No answer came: check the network, proxies and the endpoint (ibmcloud:iamEndpoint, IBMCLOUD_IAM_API_ENDPOINT)",
  ],
];

function sentence(told: Told): string {
  const answer = [told.status, told.code].filter((each) => each !== undefined).join(" ");
  const said = told.said.trim().replace(/[.\s]+$/, "");
  const way = WAYS.find(([known]) => known(told))?.[1];
  const transaction = told.transactionId && `Transaction-Id: ${told.transactionId}`;
  const subject = told.status === undefined ? "IAM could not be asked" : "IAM refused";
  return [`${subject}${answer && ` (${answer})`}: ${said}`, way, transaction].filter(Boolean).join(". ");
}

/** Turns whatever IBM's SDK threw into an `IamError`; credentials are cut out of it. */
export function toIamError(thrown: unknown, secrets: readonly string[]): IamError {
  if (thrown instanceof IamError) return thrown;
  const told = tell(thrown);
  return new IamError({ ...told, said: redact(told.said, secrets) });
}

/** An answer with a good status that is none of IAM's, such as a proxy's page. */
export function notIamsAnswer(what: string, transactionId?: string): IamError {
  return new IamError({
    code: UNREADABLE,
    said: `the answer to ${what} is not the JSON that IAM documents`,
    transactionId,
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
  if (status === undefined) return { code: textOf(error["statusText"]), said: message };
  const body = isFields(error["result"]) ? error["result"] : {};
  const [first] = Array.isArray(body["errors"]) ? (body["errors"] as unknown[]) : [];
  const reported = isFields(first) ? first : {};
  const details = isFields(reported["details"]) ? reported["details"] : {};
  const conflicting = isFields(details["conflicts_with"]) ? details["conflicts_with"] : {};
  return {
    status,
    code: textOf(reported["code"]) ?? textOf(body["errorCode"]),
    said:
      textOf(reported["message"]) ?? textOf(body["errorMessage"]) ?? textOf(error["statusText"]) ?? message,
    transactionId: headerOf(error["headers"], "transaction-id") ?? textOf(body["trace"]),
    conflict: conflicting["policy"],
  };
}

function headerOf(headers: unknown, name: string): string | undefined {
  return isFields(headers) ? textOf(headers[name]) : undefined;
}
