import { setTimeout as pause } from "node:timers/promises";
import type { ServerResponse } from "node:http";
import { pipeline, Readable } from "node:stream";
import { createGzip } from "node:zlib";

/** How an answer is spoilt on its way: status and headers are those of the real one, and its body isn't. */
export type Damage =
  /** The whole `Content-Length`, these many bytes of the body, and then a reset connection. */
  | { kind: "cut"; after: number }
  /** Bytes that say they are gzip, and are none. */
  | { kind: "garbled" }
  /** One byte after the other, with so many milliseconds between two, and no end. */
  | { kind: "trickle"; every: number }
  /** Chunks without end, as fast as the client takes them. */
  | { kind: "endless" }
  /** A small gzip body that unpacks to so many bytes. */
  | { kind: "bomb"; bytes: number };

/** What chunks are made of: white space keeps JSON that begins with it well formed for as long as it goes on. */
const CHUNK = Buffer.alloc(64 * 1024, " ");

/** Sends an answer with its damage, and leaves it to itself: what has no end ends with the connection. */
export async function sendDamaged(out: ServerResponse, answer: Response, damage: Damage): Promise<void> {
  const body = Buffer.from(await answer.arrayBuffer());
  for (const [name, value] of answer.headers) out.setHeader(name, value);
  out.removeHeader("Content-Length");
  // A 204 can't have a body to be spoilt.
  out.statusCode = answer.status === 204 ? 200 : answer.status;
  // The client goes away in the middle of it: that is the point.
  out.on("error", () => undefined);
  switch (damage.kind) {
    case "cut":
      out.setHeader("Content-Length", Math.max(body.length, damage.after + 1));
      out.write(body.subarray(0, damage.after), () => out.socket?.resetAndDestroy());
      out.flushHeaders();
      return;
    case "garbled":
      out.setHeader("Content-Encoding", "gzip");
      out.end(Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), body]));
      return;
    case "trickle":
      void trickle(out, body, damage.every);
      return;
    case "endless":
      pipeline(Readable.from(forEver(body)), out, () => undefined);
      return;
    case "bomb":
      out.setHeader("Content-Encoding", "gzip");
      pipeline(Readable.from(blanks(damage.bytes)), createGzip(), out, () => undefined);
  }
}

async function trickle(out: ServerResponse, body: Buffer, every: number): Promise<void> {
  for (let at = 0; !out.destroyed && !out.socket?.destroyed; at += 1) {
    out.write(at < body.length ? body.subarray(at, at + 1) : " ");
    await pause(every, undefined, { ref: false });
  }
}

function* forEver(body: Buffer): Generator<Buffer> {
  yield body;
  for (;;) yield CHUNK;
}

function* blanks(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= CHUNK.length)
    yield CHUNK.subarray(0, Math.min(left, CHUNK.length));
}
