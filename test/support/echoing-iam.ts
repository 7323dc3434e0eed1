import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { startIamEmulator } from "../../src/emulator";
import { closing } from "./opened";

/** A response sent instead of IAM's. */
export interface Echo {
  /** @default 400 */
  status?: number;
  statusText?: string;
  headers?: Record<string, string>;
  /** Sent as HTML if it is a string, else as JSON. */
  body: unknown;
}

/** The credentials that a request carried. */
export interface Sent {
  /** The `Authorization` header; empty if absent. */
  authorization: string;
  body: string;
}

/** An IAM that can echo parts of a request in its response. */
export interface EchoingIam {
  url: string;
  /** The number of requests answered by the current echo. */
  echoes: () => number;
  /** Sets the function that returns the echo for a request such as `GET /v2/policies?…`, or undefined. */
  echo: (answerTo: (request: string, sent: Sent) => Echo | undefined) => void;
}

/** Starts a server in front of an emulator and forwards every request that it does not echo. */
export async function startEchoingIam(apiKey: string): Promise<EchoingIam> {
  const account = { id: "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0", apiKeys: [apiKey], iamId: "iam-ServiceId-1" };
  const emulator = closing(await startIamEmulator({ accounts: [account] }));
  let echoes = 0;
  let answerTo: (request: string, sent: Sent) => Echo | undefined = () => undefined;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = request;
    const body = await text(request);
    const echo = answerTo(`${method} ${url}`, { authorization: headers.authorization ?? "", body });
    if (!echo) return forward(request, body, response);
    echoes += 1;
    const isPage = typeof echo.body === "string";
    response.statusCode = echo.status ?? 400;
    response.statusMessage = echo.statusText ?? "Answer";
    response.setHeader("Content-Type", isPage ? "text/html" : "application/json");
    for (const [name, value] of Object.entries(echo.headers ?? {})) response.setHeader(name, value);
    response.end(isPage ? echo.body : JSON.stringify(echo.body));
  }

  async function forward(
    { method, url = "", headers }: IncomingMessage,
    body: string,
    response: ServerResponse,
  ): Promise<void> {
    const names = ["authorization", "content-type", "if-match"].filter((name) => headers[name] !== undefined);
    const forwarded = await fetch(emulator.url + url, {
      method,
      headers: names.map((name): [string, string] => [name, String(headers[name])]),
      ...(body !== "" && { body }),
    });
    for (const name of ["content-type", "etag", "transaction-id"]) {
      const value = forwarded.headers.get(name);
      if (value !== null) response.setHeader(name, value);
    }
    response.writeHead(forwarded.status).end(await forwarded.text());
  }

  const server = createServer((request, response) => void answer(request, response)).listen(0, "127.0.0.1");
  closing({
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  });
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    echoes: () => echoes,
    echo: (newAnswerTo) => {
      echoes = 0;
      answerTo = newAnswerTo;
    },
  };
}
