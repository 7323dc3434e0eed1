import { setTimeout as pause } from "node:timers/promises";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context, MiddlewareHandler, Next } from "hono";
import type { Env } from "./app";
import type { Arrival, Operation } from "./calls";
import { sendDamaged, type Damage } from "./damage";
import { faultAnswer } from "./fault-answer";

/**
 * Something that goes wrong with calls. With neither `status`, `body` nor `reset` they are answered as usual, after the
 * `latency` and `meanwhile`.
 */
export interface Fault {
  /** The method of IBM's SDK that makes the call, `token`, or `*` for every call. */
  operation: Operation | "*";
  /** Which of these calls, when not all of them: by a policy's id in the `path`, or by `userAgent`, for example. */
  when?: (call: Arrival) => boolean;
  /**
   * The first such call that it meets, counted from 1 at the injection.
   * @default 1
   */
  nth?: number;
  /**
   * How many such calls in a row it meets; `Infinity` for all from then on.
   * @default 1
   */
  times?: number;
  /**
   * Whether it strikes once the work is done, so that IAM did it and only the answer is lost.
   * @default false
   */
  afterCommit?: boolean;
  /**
   * Milliseconds that pass first; `Infinity` for a call that is never answered.
   * @default 0
   */
  latency?: number;
  /**
   * Called next, and waited for: the moment for an edit by somebody else. Its calls can be met too: let them be none of
   * these, or `times` be 1.
   */
  meanwhile?: () => void | Promise<void>;
  /** Resets the connection instead of answering. */
  reset?: boolean;
  /** Answers with this status, 400 to 599, and the error that IAM has for it. */
  status?: number;
  /** IAM's code in that answer, or the token service's. @default the usual one for the status */
  code?: string;
  /** The message in that answer. @default the usual one for the status */
  message?: string;
  /** The header `Retry-After` of that answer: seconds, or a moment, which is sent as a date. */
  retryAfter?: number | Date;
  /** Answers with this text instead of IAM's JSON, as a proxy would, and `status` or 200; as HTML if it begins with `<`. */
  body?: string;
  /** Changes the JSON of the answer, once the work is done: a page that repeats, an entry without its id, and so on. */
  rewrite?: (json: unknown) => unknown;
  /** Sets headers of the answer; `undefined` drops one. Without a status or a body the work is done before. */
  headers?: Record<string, string | undefined>;
  /** Sets the answer's `Date` off by so many milliseconds. Without a status or a body the work is done before. */
  dateOff?: number;
  /**
   * Repeats the credentials of the request (its `Authorization`, or the form that asks for a token) in the message, code and
   * transaction id of the error that `status` answers with.
   */
  echo?: boolean;
  /** Spoils the answer's body on its way. Without a status or a body the work is done before. */
  damage?: Damage;
}

/** The faults that an emulator has. */
export interface Faults {
  /** @throws RangeError for a fault that could never do what it says */
  inject: (fault: Fault) => () => void;
  /** Lifts all. */
  lift: () => void;
  middleware: MiddlewareHandler<Env>;
}

interface Injected {
  fault: Fault;
  /** How many of its calls came so far. */
  arrived: number;
}

export function faultStore(): Faults {
  const injected = new Set<Injected>();

  return {
    inject: (fault) => {
      const flaw = FLAWS.find(([has]) => has(fault))?.[1];
      if (flaw !== undefined) throw new RangeError(`Cannot inject the fault: ${flaw}`);
      const added = { fault, arrived: 0 };
      injected.add(added);
      return () => void injected.delete(added);
    },
    lift: () => {
      injected.clear();
    },
    middleware: async (c, next) => {
      const met = [...injected].filter((each) => meets(each, c.get("arrival")));
      if (met.length === 0) return next();
      c.set("fault", true);
      // The first one injected is the outermost: when it answers, no other does.
      await met.reduceRight<Next>(
        (inner, { fault }) =>
          () =>
            strike(c, fault, inner),
        next,
      )();
    },
  };
}

function meets(injected: Injected, arrival: Arrival): boolean {
  const { operation, when, nth = 1, times = 1 } = injected.fault;
  if (operation !== "*" && operation !== arrival.operation) return false;
  if (when && !when(arrival)) return false;
  injected.arrived += 1;
  return injected.arrived >= nth && injected.arrived < nth + times;
}

async function strike(c: Context<Env>, fault: Fault, next: Next): Promise<void> {
  const { afterCommit, latency = 0, meanwhile, reset, status, body } = fault;
  if (afterCommit) await next();
  // A timer holds no more milliseconds, and this one holds up nobody's exit.
  if (latency > 0) await pause(Math.min(latency, 2 ** 31 - 1), undefined, { ref: false });
  await meanwhile?.();
  if (reset || status !== undefined || body !== undefined) {
    if (reset) {
      c.set("reset", true);
      c.env.incoming.socket.resetAndDestroy();
    }
    const credentials = fault.echo ? await credentialsOf(c) : undefined;
    if (credentials !== undefined) c.set("arrival", { ...c.get("arrival"), transactionId: credentials });
    // Else the headers of the answer that is lost would be kept.
    c.res = undefined;
    c.res = reset ? new Response(null) : faultAnswer(fault, c.get("arrival"), c.req.url, credentials);
  } else if (!afterCommit) await next();
  if (!reset) await alter(c, fault);
}

async function credentialsOf(c: Context<Env>): Promise<string> {
  const isToken = c.get("arrival").operation === "token";
  return isToken ? c.req.text() : (c.req.header("authorization") ?? "");
}

/** Changes the answer that there is by now. */
async function alter(c: Context<Env>, { rewrite, headers = {}, dateOff, damage }: Fault): Promise<void> {
  if (rewrite) {
    const { status, headers: kept } = c.res;
    const json: unknown = await c.res.json();
    const text = JSON.stringify(rewrite(json));
    c.res = undefined;
    c.res = new Response(text, { status, headers: kept });
  }
  const date = dateOff === undefined ? {} : { Date: new Date(Date.now() + dateOff).toUTCString() };
  const given: Record<string, string | undefined> = { ...date, ...headers };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) c.env.outgoing.sendDate &&= name.toLowerCase() !== "date";
    c.header(name, value);
  }
  if (!damage) return;
  c.header("Transaction-Id", c.get("arrival").transactionId);
  c.set("sent", c.res.status);
  await sendDamaged(c.env.outgoing, c.res, damage);
  c.res = undefined;
  c.res = RESPONSE_ALREADY_SENT;
}

/** The statuses that have no body. */
const BARE = [204, 205, 304];
const within = (from: number, to: number, value: number) => value >= from && value <= to;

/** What a fault must not be, or a test would prove nothing by it. */
const FLAWS: readonly [has: (fault: Fault) => boolean, flaw: string][] = [
  [({ nth = 1 }) => !(nth >= 1), "nth counts from 1."],
  [({ times = 1 }) => !(times >= 1), "times is 1 or more."],
  [({ latency = 0 }) => !(latency >= 0), "latency is 0 or more."],
  [
    ({ status = 500, body }) => body === undefined && !within(400, 599, status),
    "status is 400 to 599, unless there is a body.",
  ],
  [
    ({ status = 200, body }) =>
      body !== undefined && (!within(200, 599, status) || (body !== "" && BARE.includes(status))),
    "status is one that can have a body.",
  ],
  [({ echo, status }) => echo === true && status === undefined, "echo goes with a status."],
  [
    ({ damage }) => damage?.kind === "cut" && !(damage.after >= 0),
    "what is cut is cut after 0 bytes or more.",
  ],
  [
    ({ status, body, code, message, retryAfter }) =>
      status === undefined &&
      body === undefined &&
      [code, message, retryAfter].some((each) => each !== undefined),
    "code, message and retryAfter go with a status.",
  ],
];
