import type { Context } from "hono";

/** A request's query. */
export type Query = Record<string, string>;

/** Reads a request's query: a parameter that is empty is none: clients send what they have no value for. */
export function queryOf(c: Context): Query {
  return Object.fromEntries(Object.entries(c.req.query()).filter(([, value]) => value !== ""));
}
