import type { MiddlewareHandler } from "hono";

/** Says of every answer in JSON which charset it has, as IBM's services do. */
export const jsonCharset: MiddlewareHandler = async (c, next) => {
  await next();
  if (c.res.headers.get("content-type") === "application/json") {
    c.header("Content-Type", "application/json; charset=utf-8");
  }
};
