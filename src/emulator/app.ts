import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import type { Account, Caller } from "./account";
import type { Call } from "./calls";
import { operationOf } from "./calls";
import { envelope, Refusal } from "./errors";
import { policyRoutesV1 } from "./policies-v1";
import { policyRoutesV2 } from "./policies-v2";
import type { PolicyStore } from "./policy-store";
import { roleRoutes } from "./roles";
import { tokenRoutes, type Tokens } from "./tokens";

/** What a request carries from one handler to the next. */
export interface Env {
  Variables: { caller: Caller; transactionId: string };
}

/** What the routes stand on. */
export interface Parts {
  accounts: readonly Account[];
  tokens: Tokens;
  store: PolicyStore;
  /** Takes note of a request and its answer. */
  record: (call: Call) => void;
  staleEtagStatus: 409 | 412;
}

/** IAM's API, as far as authorizations need it. */
export function emulatedIam({ accounts, tokens, store, record, staleEtagStatus }: Parts): Hono<Env> {
  const app = new Hono<Env>();

  app.use(async (c, next) => {
    const transactionId = c.req.header("transaction-id") ?? randomUUID().replaceAll("-", "");
    const startedAt = Date.now();
    c.set("transactionId", transactionId);
    await next();
    c.header("Transaction-Id", transactionId);
    c.header("Cache-Control", "no-cache,no-store");
    c.header("Pragma", "no-cache");
    const { method, path } = c.req;
    const operation = operationOf(method, path);
    const query = c.req.query();
    record({
      operation,
      method,
      path,
      query,
      status: c.res.status,
      userAgent: c.req.header("user-agent") ?? "",
      transactionId,
      startedAt,
    });
  });

  app.route("/", tokenRoutes(accounts, tokens));
  app.use(async (c, next) => {
    c.set("caller", tokens.caller(c.req.header("authorization")));
    await next();
  });
  app.route("/", policyRoutesV2(store, staleEtagStatus));
  app.route("/", policyRoutesV1(store, staleEtagStatus));
  app.route("/", roleRoutes());

  app.notFound((c) => {
    const refusal = new Refusal(
      404,
      "not_found",
      `There is no ${c.req.method} ${c.req.path} in this emulator.`,
    );
    return c.json(envelope(refusal, c.get("transactionId")), 404);
  });
  app.onError((error, c) => {
    if (!(error instanceof Refusal)) throw error;
    return c.json(envelope(error, c.get("transactionId")), error.status);
  });
  return app;
}
