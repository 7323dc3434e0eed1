import { setTimeout as pause } from "node:timers/promises";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context, MiddlewareHandler, Next } from "hono";
import type { Env } from "./context";
import { sendDamaged, type Damage } from "./damaged-responses";
import { errorBody, tokenErrorBody, usualError, usualTokenError } from "./errors";
import type { Arrival, Operation } from "./requests";

/**
 * A fault to inject into calls. Without `status`, `body` and `reset`, the call is processed as usual, after `latency`
 * and `meanwhile`.
 */
export interface Fault {
  /** The method of IBM's SDK that makes the call; `token`; or `*` for every call. */
  operation: Operation | "*";
  /** Limits the fault to some of these calls, for example by the policy id in `path` or by `userAgent`. */
  when?: (call: Arrival) => boolean;
  /**
   * The first matching call that the fault applies to, counted from 1 at the injection.
   * @default 1
   */
  nth?: number;
  /**
   * The number of consecutive matching calls that the fault applies to; `Infinity` for all later ones.
   * @default 1
   */
  times?: number;
  /**
   * Applies the fault after the call was processed, so that only its response is lost.
   * @default false
   */
  afterCommit?: boolean;
  /**
   * Milliseconds to wait first; with `Infinity`, no response is ever sent.
   * @default 0
   */
  latency?: number;
  /**
   * A function to call and await after `latency`, for example to make a concurrent edit. Faults apply to its calls,
   * too: keep `times` at 1 if its calls match this fault.
   */
  meanwhile?: () => void | Promise<void>;
  /** Resets the connection instead of sending a response. */
  reset?: boolean;
  /** The status of an error response, 400 to 599. With `body`, any status from 200 to 599. */
  status?: number;
  /**
   * The error code of that response.
   * @default the usual code for the status
   */
  code?: string;
  /**
   * The error message of that response.
   * @default the usual message for the status
   */
  message?: string;
  /** The `Retry-After` header of that response: seconds, or a `Date`, which is sent as an HTTP date. */
  retryAfter?: number | Date;
  /**
   * The body to return instead of IAM's JSON, such as a proxy's page. It is sent as HTML if it starts with `<`. The status is
   * `status`, or else 200.
   */
  body?: string;
  /** Changes the JSON of the response, for example to repeat a page or to drop an entry's id. */
  rewrite?: (json: unknown) => unknown;
  /** Headers to set on the response; `undefined` removes one. */
  headers?: Record<string, string | undefined>;
  /** Milliseconds to add to the response's `Date` header; may be negative. */
  dateOff?: number;
  /**
   * Repeats the request's credentials in the message, code and transaction id of the error response. The credentials
   * are the `Authorization` header, or the form of a token request.
   */
  echo?: boolean;
  /** Damages the body of the response. */
  damage?: Damage;
}

/** The faults that are injected into an emulator. */
export interface Faults {
  /**
   * Injects a fault. The returned function removes it.
   * @throws RangeError for a fault that could not take effect, such as one with `code` but without `status`
   */
  inject: (fault: Fault) => () => void;
  clear: () => void;
  middleware: MiddlewareHandler<Env>;
}

interface InjectedFault {
  fault: Fault;
  /** The number of matching calls so far. */
  matched: number;
}

export function createFaults(): Faults {
  const injected = new Set<InjectedFault>();

  return {
    inject: (fault) => {
      const flaw = FLAWS.find(([isFlawed]) => isFlawed(fault))?.[1];
      if (flaw !== undefined) throw new RangeError(`Cannot inject this fault: ${flaw}`);
      const added = { fault, matched: 0 };
      injected.add(added);
      return () => void injected.delete(added);
    },
    clear: () => {
      injected.clear();
    },
    middleware: async (c, next) => {
      const applying = [...injected].filter((each) => applies(each, c.get("arrival")));
      if (applying.length === 0) return next();
      c.set("fault", true);
      // The fault that was injected first is the outermost: if it sends a response, the others are skipped.
      await applying.reduceRight<Next>(
        (inner, { fault }) =>
          () =>
            apply(c, fault, inner),
        next,
      )();
    },
  };
}

function applies(injected: InjectedFault, arrival: Arrival): boolean {
  const { operation, when, nth = 1, times = 1 } = injected.fault;
  if (operation !== "*" && operation !== arrival.operation) return false;
  if (when && !when(arrival)) return false;
  injected.matched += 1;
  return injected.matched >= nth && injected.matched < nth + times;
}

async function apply(c: Context<Env>, fault: Fault, next: Next): Promise<void> {
  const { afterCommit, latency = 0, meanwhile, reset, status, body } = fault;
  if (afterCommit) await next();
  // Node.js limits a timer to 2^31 - 1 ms. An unreferenced timer doesn't keep the process alive.
  if (latency > 0) await pause(Math.min(latency, 2 ** 31 - 1), undefined, { ref: false });
  await meanwhile?.();
  if (reset || status !== undefined || body !== undefined) {
    if (reset) {
      c.set("reset", true);
      c.env.incoming.socket.resetAndDestroy();
    }
    const credentials = fault.echo ? await credentialsOf(c) : undefined;
    if (credentials !== undefined) c.set("arrival", { ...c.get("arrival"), transactionId: credentials });
    replaceResponse(c, reset ? new Response(null) : faultResponse(c, fault, credentials));
  } else if (!afterCommit) await next();
  if (!reset) await alterResponse(c, fault);
}

async function credentialsOf(c: Context<Env>): Promise<string> {
  const isToken = c.get("arrival").operation === "token";
  return isToken ? c.req.text() : (c.req.header("authorization") ?? "");
}

/** Replaces the response, headers included: Hono merges the old headers into a response that is assigned directly. */
function replaceResponse(c: Context<Env>, response: Response): void {
  c.res = undefined;
  c.res = response;
}

function faultResponse(c: Context<Env>, fault: Fault, credentials: string | undefined): Response {
  const { body, status = 200, retryAfter } = fault;
  const echoed = credentials === undefined ? {} : { code: credentials, message: `You sent ${credentials}` };
  const text = body ?? JSON.stringify(errorOf(c, { ...echoed, ...fault }, status));
  if (text === "") return new Response(null, { status });
  const headers = new Headers({ "Content-Type": text.startsWith("<") ? "text/html" : "application/json" });
  if (retryAfter !== undefined) {
    const value = typeof retryAfter === "number" ? String(retryAfter) : retryAfter.toUTCString();
    headers.set("Retry-After", value);
  }
  return new Response(text, { status, headers });
}

function errorOf(c: Context<Env>, fault: Pick<Fault, "code" | "message">, status: number): object {
  const arrival = c.get("arrival");
  const isToken = arrival.operation === "token";
  const usual = isToken ? usualTokenError(status) : usualError(arrival.path, status);
  const { code = usual[0], message = usual[1] } = fault;
  return isToken
    ? tokenErrorBody({ code, message }, { url: c.req.url, userAgent: arrival.userAgent })
    : errorBody({ status, code, message }, arrival);
}

/** Applies `rewrite`, `headers`, `dateOff` and `damage` to the response. */
async function alterResponse(
  c: Context<Env>,
  { rewrite, headers = {}, dateOff, damage }: Fault,
): Promise<void> {
  if (rewrite) {
    const { status, headers: kept } = c.res;
    const json: unknown = await c.res.json();
    replaceResponse(c, new Response(JSON.stringify(rewrite(json)), { status, headers: kept }));
  }
  const date = dateOff === undefined ? {} : { Date: new Date(Date.now() + dateOff).toUTCString() };
  const given: Record<string, string | undefined> = { ...date, ...headers };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) c.env.outgoing.sendDate &&= name.toLowerCase() !== "date";
    c.header(name, value);
  }
  if (!damage) return;
  c.header("Transaction-Id", c.get("arrival").transactionId);
  c.set("sentStatus", c.res.status);
  await sendDamaged(c.env.outgoing, c.res, damage);
  replaceResponse(c, RESPONSE_ALREADY_SENT);
}

const STATUSES_WITHOUT_BODY = [204, 205, 304];
const within = (from: number, to: number, value: number) => value >= from && value <= to;

/** The faults that are refused: a test that injected one would prove nothing. */
const FLAWS: readonly [isFlawed: (fault: Fault) => boolean, flaw: string][] = [
  [({ nth = 1 }) => !(nth >= 1), "nth must be 1 or more."],
  [({ times = 1 }) => !(times >= 1), "times must be 1 or more."],
  [({ latency = 0 }) => !(latency >= 0), "latency must be 0 or more."],
  [
    ({ status = 500, body }) => body === undefined && !within(400, 599, status),
    "status must be 400 to 599, unless body is set.",
  ],
  [
    ({ status = 200, body }) =>
      body !== undefined &&
      (!within(200, 599, status) || (body !== "" && STATUSES_WITHOUT_BODY.includes(status))),
    "status must be one that can have a body.",
  ],
  [({ echo, status }) => echo === true && status === undefined, "echo requires a status."],
  [({ damage }) => damage?.kind === "cut" && !(damage.after >= 0), "damage.after must be 0 or more."],
  [
    ({ status, body, code, message, retryAfter }) =>
      status === undefined &&
      body === undefined &&
      [code, message, retryAfter].some((each) => each !== undefined),
    "code, message and retryAfter require a status.",
  ],
];
