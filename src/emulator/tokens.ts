import { createHmac, randomUUID } from "node:crypto";
import { Hono } from "hono";
import type { Account, Caller } from "./account";
import { Refusal, tokenEnvelope } from "./errors";
import { granted, GrantRefusal } from "./grants";

interface Issued extends Caller {
  /** Seconds since 1970. */
  expires: number;
}

/** The tokens that were given out. */
export interface Tokens {
  /** Gives out a token; its claims are those of IAM's, its signature is the emulator's. */
  issue: (
    caller: Caller,
    grantType: string,
  ) => { access_token: string; expires_in: number; expiration: number };
  /** Whose token this is, while it is good. */
  find: (token: string) => Caller | undefined;
  /** Whose token an `Authorization` header holds. @throws Refusal 401 */
  caller: (authorization: string | undefined) => Caller;
}

/** @param lifetime of a token, in seconds */
export function tokenStore(lifetime: number): Tokens {
  const issued = new Map<string, Issued>();

  function find(token: string): Caller | undefined {
    const found = issued.get(token);
    return found && found.expires > Date.now() / 1000 ? found : undefined;
  }

  return {
    find,
    issue: ({ accountId, iamId }, grantType) => {
      const iat = Math.floor(Date.now() / 1000);
      const expires = iat + lifetime;
      const token = sign({
        iam_id: iamId,
        id: iamId,
        realmid: "iam",
        jti: randomUUID(),
        identifier: iamId.replace(/^iam-/, ""),
        sub: iamId,
        sub_type: iamId.startsWith("iam-Profile-") ? "Profile" : "ServiceId",
        account: { valid: true, bss: accountId, frozen: true },
        iat,
        exp: expires,
        iss: "https://iam.cloud.ibm.com/identity",
        grant_type: grantType,
        scope: "ibm openid",
        client_id: "default",
        acr: 1,
        amr: ["pwd"],
      });
      issued.set(token, { accountId, iamId, expires });
      return { access_token: token, expires_in: lifetime, expiration: expires };
    },
    caller: (authorization) => {
      const found = find(authorization?.replace(/^Bearer /i, "") ?? "");
      if (!found) throw new Refusal(401, "invalid_token", "The provided IAM token is invalid.");
      return found;
    },
  };
}

function sign(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const head = `${part({ kid: "emulator", alg: "HS256" })}.${part(claims)}`;
  return `${head}.${createHmac("sha256", "emulator").update(head).digest("base64url")}`;
}

/** `POST /identity/token`: a token for whom a grant names. Its errors have a shape of their own. */
export function tokenRoutes(accounts: readonly Account[], tokens: Tokens): Hono {
  const routes = new Hono();
  routes.post("/identity/token", async (c) => {
    const form = new URLSearchParams(await c.req.text());
    try {
      const { caller, grantType } = granted(form, { accounts, tokens });
      const rest = {
        refresh_token: "not_supported",
        ims_user_id: 1,
        token_type: "Bearer",
        scope: "ibm openid",
      };
      return c.json({ ...tokens.issue(caller, grantType), ...rest });
    } catch (error) {
      if (!(error instanceof GrantRefusal)) throw error;
      const asked = { url: c.req.url, userAgent: c.req.header("user-agent") };
      return c.json(tokenEnvelope(error, asked), 400);
    }
  });
  return routes;
}
