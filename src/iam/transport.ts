import type IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import { TIMED_OUT, UNREADABLE } from "./outcome";

/** The HTTP client of IBM's SDK. */
export type Http = ReturnType<IamPolicyManagementV1["getHttpClient"]>;

type Request = { method?: string; url?: string };
/** An answer, as far as it could be read. */
interface Response {
  status: number;
  data: unknown;
  headers: Partial<Record<string, unknown>>;
}
type Failure = Error & { code?: string; response?: Response };

/** The most bytes that an answer may have once unpacked; a page of a list of policies may have `PAGE_LIMIT`. */
const ANSWER_LIMIT = 4 * 1024 * 1024;

/** A page of 1,000 policies is about 1 MB; with what their roles are called several times that. */
const PAGE_LIMIT = 16 * 1024 * 1024;

/**
 * Lets every request of an HTTP client of IBM's SDK end: within its time, connection to last byte, and within its size. An
 * answer that can't be read to its end fails as unreadable, whatever its status says.
 *
 * @param requestTimeout in milliseconds
 */
export function guard(http: Http, requestTimeout: number): void {
  http.interceptors.request.use((config) => ({
    ...config,
    // Redirects aren't followed: IBM answers with none, and where they lead must not see a token or an API key.
    maxRedirects: 0,
    maxContentLength: isList(config) ? PAGE_LIMIT : ANSWER_LIMIT,
    // Its own `timeout` starts anew with each byte.
    timeout: 0,
    signal: AbortSignal.timeout(Math.ceil(requestTimeout)),
  }));
  http.interceptors.response.use(readable, (error: Failure) => Promise.reject(failed(error, requestTimeout)));
}

/** The same for the requests of a token manager, whose answers must hold a token. */
export function guardTokens(http: Http, requestTimeout: number): void {
  guard(http, requestTimeout);
  http.interceptors.response.use(withToken);
}

function isList({ method = "get", url = "" }: Request): boolean {
  return method.toLowerCase() === "get" && /\/policies\/?$/.test(url);
}

function readable<Answer extends Response>(response: Answer): Answer {
  // A string is what axios leaves where JSON was asked for and couldn't be parsed.
  if (typeof response.data === "string" && response.data !== "") throw unreadable(response, "is not JSON");
  return response;
}

/** A token manager renews tokens in the background as well, where nothing would catch what it throws at a bad answer. */
function withToken<Answer extends Response>(response: Answer): Answer {
  const { data } = response;
  const token: unknown =
    typeof data === "object" && data !== null && "access_token" in data && data.access_token;
  if (typeof token !== "string" || claimsOf(token) === undefined)
    throw unreadable(response, "holds no token");
  return response;
}

/** The claims of a JSON Web Token; `undefined` where it is none. */
export function claimsOf(token: string): Record<string, unknown> | undefined {
  const [, claims = ""] = token.split(".");
  try {
    const found: unknown = JSON.parse(Buffer.from(claims, "base64url").toString());
    return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** What IBM's SDK makes an error of that has a code and no status. */
function failure(message: string, code: string): Error {
  return Object.assign(new Error(message), { code, request: {} });
}

function unreadable({ status }: Response, why: string): Error {
  return failure(`the answer (status ${status}) ${why}`, UNREADABLE);
}

function failed(error: Failure, requestTimeout: number): Error {
  if (error.code === "ERR_CANCELED") {
    return failure(`no complete answer came within ${requestTimeout / 1000} s`, TIMED_OUT);
  }
  const { response } = error;
  if (error.message.startsWith("maxContentLength")) {
    return failure(`the answer is larger than ${error.message.replace(/\D+/g, "")} bytes`, UNREADABLE);
  }
  if (!response) return error;
  // No data at all: the body ended too early, or couldn't be unpacked.
  if (response.data === undefined) return unreadable(response, `can't be read to its end (${error.message})`);
  // JSON that can't be parsed would let the SDK throw the status away.
  if (typeof response.data === "string" && isJson(response)) response.data = {};
  return error;
}

function isJson({ headers }: Response): boolean {
  const type = headers["content-type"];
  return typeof type === "string" && type.includes("json");
}
