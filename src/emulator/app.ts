import { randomUUID } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import type { Account, Caller } from "./account";
import type { Behaviour } from "./behaviour";
import { operationOf, type Arrival, type Call } from "./calls";
import type { Roles } from "./custom-roles";
import { inEnvelope, Refusal } from "./errors";
import type { Faults } from "./faults";
import { jsonCharset } from "./json-charset";
import { policyRoutesV1 } from "./policies-v1";
import { policyRoutesV2 } from "./policies-v2";
import type { PolicyStore } from "./policy-store";
import type { RateLimit } from "./rate-limit";
import { resourceRoutes } from "./resources";
import type { ResourceStore } from "./resource-store";
import { roleRoutes } from "./roles";
import { tokenRoutes, type Tokens } from "./tokens";

/** What a request carries from one handler to the next. */
export interface Env {
  Bindings: HttpBindings;
  Variables: {
    arrival: Arrival;
    caller: Caller;
    /** Set when a fault met it. */
    fault?: true;
    /** Set when its connection was reset. */
    reset?: true;
    /** The status of an answer that was sent with damage. */
    sent?: number;
  };
}

/** What the routes stand on. */
export interface Parts {
  accounts: readonly Account[];
  tokens: Tokens;
  store: PolicyStore;
  roles: Roles;
  resources: ResourceStore;
  behaviour: Behaviour;
  faults: Faults;
  limit: RateLimit;
  /** Takes note of a request and its answer. */
  record: (call: Call) => void;
}

/** IAM's API, as far as authorizations need it, and what is looked up beside it. */
export function emulatedIam(parts: Parts): Hono<Env> {
  const { accounts, tokens, store, roles, resources, behaviour, faults, limit, record } = parts;
  const app = new Hono<Env>();

  app.use(jsonCharset);
  app.use(async (c, next) => {
    const { method, path } = c.req;
    const arrival: Arrival = {
      operation: operationOf(method, path),
      method,
      path,
      query: c.req.query(),
      userAgent: c.req.header("user-agent") ?? "",
      transactionId: c.req.header("transaction-id") ?? randomUUID().replaceAll("-", ""),
      startedAt: Date.now(),
    };
    c.set("arrival", arrival);
    await next();
    c.header("Transaction-Id", c.get("arrival").transactionId);
    c.header("Cache-Control", "no-cache,no-store");
    c.header("Pragma", "no-cache");
    if (!behaviour.etagHeader) c.header("ETag", undefined);
    const status = c.get("reset") ? 0 : (c.get("sent") ?? c.res.status);
    record({ ...arrival, status, ...(c.get("fault") && { fault: true }) });
  });
  app.use(faults.middleware);
  app.use("/v1/*", limit.middleware);
  app.use("/v2/*", limit.middleware);

  app.route("/", tokenRoutes(accounts, tokens));
  app.use(async (c, next) => {
    c.set("caller", tokens.caller(c.req.header("authorization")));
    await next();
  });
  app.route("/", policyRoutesV2(store, behaviour, roles));
  app.route("/", policyRoutesV1(store, behaviour, roles));
  app.route("/", roleRoutes(roles, behaviour));
  app.route("/", resourceRoutes(resources));

  app.notFound((c) => {
    const { method, path } = c.get("arrival");
    const refusal = new Refusal(404, "not_found", `There is no ${method} ${path} in this emulator.`);
    return c.json(inEnvelope(refusal, c.get("arrival")), 404);
  });
  app.onError((error, c) => {
    // Whatever else fails, a test's own `meanwhile` for example, must not look like silence.
    const refusal =
      error instanceof Refusal
        ? error
        : new Refusal(500, "request_not_processed", `The emulator failed: ${error.message}`);
    return c.json(inEnvelope(refusal, c.get("arrival")), refusal.status);
  });
  return app;
}
