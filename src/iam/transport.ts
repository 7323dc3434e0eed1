import type IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import { CONNECTION_LOST, isUnconnected, TIMED_OUT, UNREADABLE } from "./outcome";
import { parseClaims } from "./token";
import type { Trace } from "./trace";

/** The HTTP client of IBM's SDK, which is axios. */
export type Http = ReturnType<IamPolicyManagementV1["getHttpClient"]>;

export interface HttpOptions {
  /** Limits one request, from the connection to the last byte, in milliseconds. */
  requestTimeout: number;
  trace?: Trace;
}

interface Request {
  method?: string;
  baseURL?: string;
  url?: string;
}
interface HttpResponse {
  status: number;
  data: unknown;
  headers: Partial<Record<string, unknown>>;
  config?: Request;
}
type HttpError = Error & { code?: string; response?: HttpResponse; config?: Request };

/** The largest response, in bytes after decompression. */
const MAX_RESPONSE = 4 * 1024 * 1024;

/** A page of 1,000 policies is about 1 MB, and several times that with the display names of roles. */
const MAX_POLICY_PAGE = 16 * 1024 * 1024;

/**
 * Limits the time and the response size of every request of an HTTP client. A response that can't be read to its end fails
 * as unreadable, whatever its status is.
 */
export function guardHttp(http: Http, { requestTimeout, trace }: HttpOptions): void {
  const startedAt = new WeakMap<object, number>();
  http.interceptors.request.use((config) => {
    const guarded = {
      ...config,
      // IBM's services send no redirects, and another host must not get a token or an API key.
      maxRedirects: 0,
      maxContentLength: isPolicyList(config) ? MAX_POLICY_PAGE : MAX_RESPONSE,
      // axios restarts its own timeout with each byte.
      timeout: 0,
      signal: AbortSignal.timeout(Math.ceil(requestTimeout)),
    };
    if (trace) startedAt.set(guarded.signal, performance.now());
    return guarded;
  });

  function traced(config: Request | undefined, outcome: number | string, response?: HttpResponse): void {
    if (!trace || !config) return;
    const { method = "get", baseURL = "", url = "" } = config;
    const { signal } = config as { signal?: object };
    const start = (signal && startedAt.get(signal)) ?? performance.now();
    const id = response?.headers["transaction-id"];
    trace({
      method,
      url: baseURL + url,
      outcome,
      milliseconds: performance.now() - start,
      ...(typeof id === "string" && { transactionId: id }),
    });
  }

  http.interceptors.response.use(
    (response) => {
      traced(response.config, response.status, response);
      return requireJson(response);
    },
    (error: HttpError) => {
      const { response, code = "failed" } = error;
      traced(error.config, response?.status ?? (code === "ERR_CANCELED" ? TIMED_OUT : code), response);
      return Promise.reject(toFailure(error, requestTimeout));
    },
  );
}

/** Guards the requests of a token manager, whose responses must contain a token. */
export function guardTokens(http: Http, options: HttpOptions): void {
  guardHttp(http, options);
  http.interceptors.response.use(requireToken);
}

function isPolicyList({ method = "get", url = "" }: Request): boolean {
  return method.toLowerCase() === "get" && /\/policies\/?$/.test(url);
}

function requireJson<Each extends HttpResponse>(response: Each): Each {
  // axios leaves a string if it could not parse the JSON that was asked for.
  if (typeof response.data === "string" && response.data !== "") throw unreadable(response, "is not JSON");
  return response;
}

/**
 * Refuses a response without a token. This is checked here because a token manager also renews tokens in the background,
 * where an error would not be caught.
 */
function requireToken<Each extends HttpResponse>(response: Each): Each {
  const { data } = response;
  const token: unknown =
    typeof data === "object" && data !== null && "access_token" in data && data.access_token;
  if (typeof token !== "string" || parseClaims(token) === undefined) {
    throw unreadable(response, "contains no token");
  }
  return response;
}

/** An error that IBM's SDK passes on with its code and without a status. */
function failure(message: string, code: string): Error {
  return Object.assign(new Error(message), { code, request: {} });
}

function unreadable({ status }: HttpResponse, reason: string): Error {
  return failure(`the response (status ${status}) ${reason}`, UNREADABLE);
}

function toFailure(error: HttpError, requestTimeout: number): Error {
  if (error.code === "ERR_CANCELED") {
    return failure(`no complete response arrived within ${requestTimeout / 1000} s`, TIMED_OUT);
  }
  const { response } = error;
  if (error.message.startsWith("maxContentLength")) {
    return failure(`the response is larger than ${error.message.replace(/\D+/g, "")} bytes`, UNREADABLE);
  }
  if (!response) return wasConnected(error) ? failure(error.message, CONNECTION_LOST) : error;
  // If there is no data, the body was cut, or could not be decompressed.
  if (response.data === undefined) {
    return unreadable(response, `cannot be read to its end (${error.message})`);
  }
  // The SDK would drop the status of a response whose JSON it can't parse.
  if (typeof response.data === "string" && hasJsonType(response)) response.data = {};
  return error;
}

/** Returns true if an established connection failed with a code that usually means that there was none, as `read EHOSTUNREACH`. */
function wasConnected({ code, cause }: HttpError): boolean {
  const { syscall } = (cause ?? {}) as { syscall?: unknown };
  return isUnconnected(code) && (syscall === "read" || syscall === "write");
}

function hasJsonType({ headers }: HttpResponse): boolean {
  const type = headers["content-type"];
  return typeof type === "string" && type.includes("json");
}
