import { gunzipSync } from "node:zlib";
import type { Context } from "hono";
import { invalidBody, Refusal } from "./errors";

/** A request and the status of its response. It contains neither API keys nor tokens. */
export interface Call {
  /** The method of IBM's SDK that makes this request, such as `createV2Policy`; or `token`, or `unknown`. */
  operation: Operation | "unknown";
  method: string;
  path: string;
  query: Record<string, string>;
  /** The status of the response; 0 if the connection was reset. */
  status: number;
  userAgent: string;
  transactionId: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** Milliseconds from the arrival of the request to its response. */
  duration: number;
  /** Present if an injected fault applied to this call. */
  fault?: true;
}

/** A request whose response was not sent yet. */
export type Arrival = Omit<Call, "status" | "duration" | "fault">;

const OPERATIONS = [
  ["POST", /^\/identity\/token$/, "token"],
  ["POST", /^\/v2\/policies$/, "createV2Policy"],
  ["GET", /^\/v2\/policies$/, "listV2Policies"],
  ["GET", /^\/v2\/policies\/[^/]+$/, "getV2Policy"],
  ["PUT", /^\/v2\/policies\/[^/]+$/, "replaceV2Policy"],
  ["DELETE", /^\/v2\/policies\/[^/]+$/, "deleteV2Policy"],
  ["POST", /^\/v1\/policies$/, "createPolicy"],
  ["GET", /^\/v1\/policies$/, "listPolicies"],
  ["GET", /^\/v1\/policies\/[^/]+$/, "getPolicy"],
  ["PUT", /^\/v1\/policies\/[^/]+$/, "replacePolicy"],
  ["DELETE", /^\/v1\/policies\/[^/]+$/, "deletePolicy"],
  ["PATCH", /^\/v1\/policies\/[^/]+$/, "updatePolicyState"],
  ["GET", /^\/v2\/roles$/, "listRoles"],
  ["GET", /^\/v2\/resource_instances$/, "listResourceInstances"],
  ["GET", /^\/v2\/resource_instances\/[^/]+$/, "getResourceInstance"],
  ["GET", /^\/v2\/resource_groups$/, "listResourceGroups"],
] as const satisfies readonly (readonly [method: string, path: RegExp, operation: string])[];

/** An operation of the emulator: the method name in IBM's SDK, or `token`. */
export type Operation = (typeof OPERATIONS)[number][2];

export function operationOf(method: string, path: string): Call["operation"] {
  return OPERATIONS.find(([each, pattern]) => each === method && pattern.test(path))?.[2] ?? "unknown";
}

/** The query parameters of a request. */
export type Query = Record<string, string>;

/** Returns the query parameters that have a value. Some clients send an empty one for a parameter that is not set. */
export function queryOf(c: Context): Query {
  return Object.fromEntries(Object.entries(c.req.query()).filter(([, value]) => value !== ""));
}

/** The largest body that is accepted, in bytes: more than any policy needs. */
const MAX_BODY = 1024 * 1024;

/**
 * Reads a JSON body, which may be gzipped: ibm-cloud-sdk-core has an option for that.
 *
 * @throws Refusal 415 for another content type; 400 for a body that is not JSON or too large
 */
export async function readJson(c: Context): Promise<unknown> {
  if (!/^application\/json\b/i.test(c.req.header("content-type") ?? "")) {
    throw new Refusal(415, "unsupported_content_type", "The content type must be application/json.");
  }
  const raw = Buffer.from(await c.req.arrayBuffer());
  if (raw.length > MAX_BODY) throw invalidBody(`The body must have at most ${MAX_BODY} bytes`);
  try {
    const gzipped = c.req.header("content-encoding") === "gzip";
    const bytes = gzipped ? gunzipSync(raw, { maxOutputLength: MAX_BODY }) : raw;
    return JSON.parse(bytes.toString("utf8")) as unknown;
  } catch (error) {
    throw invalidBody(`The body must be JSON: ${error instanceof Error ? error.message : ""}`);
  }
}
