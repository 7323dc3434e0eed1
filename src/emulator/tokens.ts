import { createHmac, randomUUID } from "node:crypto";
import { Hono } from "hono";
import { callerOf, type Account, type Caller } from "./account";
import { Refusal, tokenEnvelope } from "./errors";

const API_KEY_GRANT = "urn:ibm:params:oauth:grant-type:apikey";

interface Issued extends Caller {
  /** Seconds since 1970. */
  expires: number;
}

/** The tokens that were given out. */
export interface Tokens {
  /** Gives out a token; its claims are those of IAM's, its signature is the emulator's. */
  issue: (caller: Caller) => { access_token: string; expires_in: number; expiration: number };
  /** Whose token an `Authorization` header holds. @throws Refusal 401 */
  caller: (authorization: string | undefined) => Caller;
}

/** @param lifetime of a token, in seconds */
export function tokenStore(lifetime: number): Tokens {
  const issued = new Map<string, Issued>();

  return {
    issue: ({ accountId, iamId }) => {
      const iat = Math.floor(Date.now() / 1000);
      const expires = iat + lifetime;
      const token = sign({
        iam_id: iamId,
        id: iamId,
        realmid: "iam",
        jti: randomUUID(),
        identifier: iamId.replace(/^iam-/, ""),
        sub: iamId,
        sub_type: "ServiceId",
        account: { valid: true, bss: accountId, frozen: true },
        iat,
        exp: expires,
        iss: "https://iam.cloud.ibm.com/identity",
        grant_type: API_KEY_GRANT,
        scope: "ibm openid",
        client_id: "default",
        acr: 1,
        amr: ["pwd"],
      });
      issued.set(token, { accountId, iamId, expires });
      return { access_token: token, expires_in: lifetime, expiration: expires };
    },
    caller: (authorization) => {
      const found = issued.get(authorization?.replace(/^Bearer /i, "") ?? "");
      if (!found || found.expires <= Date.now() / 1000) {
        throw new Refusal(401, "invalid_token", "The provided IAM token is invalid.");
      }
      return found;
    },
  };
}

function sign(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const head = `${part({ kid: "emulator", alg: "HS256" })}.${part(claims)}`;
  return `${head}.${createHmac("sha256", "emulator").update(head).digest("base64url")}`;
}

/** `POST /identity/token`: an API key for a token. Its errors have a shape of their own. */
export function tokenRoutes(accounts: readonly Account[], tokens: Tokens): Hono {
  const routes = new Hono();
  routes.post("/identity/token", async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const asked = { url: c.req.url, userAgent: c.req.header("user-agent") };
    const refuse = (code: string, message: string) => c.json(tokenEnvelope({ code, message }, asked), 400);

    const grant = form.get("grant_type");
    if (!grant) return refuse("BXNIM0109E", "Property missing or empty: grant_type");
    if (grant !== API_KEY_GRANT)
      return refuse("BXNIM0112E", `Grant type ${grant} is not supported by this emulator`);
    const apikey = form.get("apikey");
    if (!apikey) return refuse("BXNIM0109E", "Property missing or empty: apikey");
    const caller = callerOf(accounts, apikey);
    if (!caller) return refuse("BXNIM0415E", "Provided API key could not be found");
    const rest = {
      refresh_token: "not_supported",
      ims_user_id: 1,
      token_type: "Bearer",
      scope: "ibm openid",
    };
    return c.json({ ...tokens.issue(caller), ...rest });
  });
  return routes;
}
