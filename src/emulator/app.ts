import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import type { Env, Parts } from "./context";
import { errorBody, Refusal } from "./errors";
import type { Faults } from "./faults";
import type { RateLimit } from "./rate-limit";
import { operationOf, type Arrival, type Call } from "./requests";
import { ownRoutes } from "./routes/own";
import { policyRoutes } from "./routes/policies";
import { policyRoutesV1 } from "./routes/policies-v1";
import { resourceRoutes } from "./routes/resources";
import { roleRoutes } from "./routes/roles";
import { tokenRoutes } from "./routes/tokens";

interface AppParts extends Parts {
  faults: Faults;
  rateLimit: RateLimit;
  /** Records a request and the status of its response. */
  record: (call: Call) => void;
}

/** Creates the app with IAM's endpoints, and those of Resource Controller and Resource Manager for lookups. */
export function createApp(parts: AppParts): Hono<Env> {
  const { tokens, behavior, faults, rateLimit, record } = parts;
  const app = new Hono<Env>();

  app.use(async (c, next) => {
    await next();
    // IBM's services name the charset, and Hono doesn't.
    if (c.res.headers.get("content-type") === "application/json") {
      c.header("Content-Type", "application/json; charset=utf-8");
    }
  });
  // The emulator's own routes come before the middleware below: they are neither recorded nor subject to faults.
  app.route("/", ownRoutes(parts));
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
    if (!behavior.etagHeader) c.header("ETag", undefined);
    const status = c.get("reset") ? 0 : (c.get("sentStatus") ?? c.res.status);
    const duration = Date.now() - arrival.startedAt;
    record({ ...arrival, status, duration, ...(c.get("fault") && { fault: true }) });
  });
  app.use(faults.middleware);
  // IBM documents no limit for tokens.
  app.route("/", tokenRoutes(parts));
  app.use(rateLimit.middleware);
  app.use(async (c, next) => {
    c.set("caller", tokens.authenticate(c.req.header("authorization")));
    await next();
  });
  app.route("/", policyRoutes(parts));
  app.route("/", policyRoutesV1(parts));
  app.route("/", roleRoutes(parts));
  app.route("/", resourceRoutes(parts));

  app.notFound((c) => {
    const { method, path } = c.get("arrival");
    const refusal = new Refusal(404, "not_found", `This emulator has no endpoint ${method} ${path}.`);
    return c.json(errorBody(refusal, c.get("arrival")), refusal.status);
  });
  app.onError((error, c) => {
    // Any other error becomes a 500 response, so that a test notices it. For example, `meanwhile` can throw.
    const refusal =
      error instanceof Refusal
        ? error
        : new Refusal(500, "request_not_processed", `The emulator failed: ${error.message}`);
    return c.json(errorBody(refusal, c.get("arrival")), refusal.status);
  });
  return app;
}
