import { gunzipSync } from "node:zlib";
import type { Context } from "hono";
import { invalidBody, Refusal } from "./errors";

/** More than any policy needs, in bytes. */
const LARGEST = 1024 * 1024;

/**
 * Reads a request's JSON; gzip is taken, as ibm-cloud-sdk-core can send it.
 *
 * @throws Refusal 415 for another content type, 400 for what is no JSON or too large
 */
export async function readJson(c: Context): Promise<unknown> {
  if (!/^application\/json\b/i.test(c.req.header("content-type") ?? "")) {
    throw new Refusal(415, "unsupported_content_type", "The content type must be application/json.");
  }
  const raw = Buffer.from(await c.req.arrayBuffer());
  try {
    if (raw.length > LARGEST) throw new RangeError();
    const gzipped = c.req.header("content-encoding") === "gzip";
    const bytes = gzipped ? gunzipSync(raw, { maxOutputLength: LARGEST }) : raw;
    return JSON.parse(bytes.toString("utf8")) as unknown;
  } catch {
    throw invalidBody("It is not JSON, or too large.");
  }
}
