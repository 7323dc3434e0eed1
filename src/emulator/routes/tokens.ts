import { Hono } from "hono";
import {
  callerByApiKey,
  callerByProfile,
  type Accounts,
  type Caller,
  type ProfileReference,
} from "../accounts";
import type { Env, Parts } from "../context";
import { tokenErrorBody } from "../errors";

type GrantParts = Pick<Parts, "accounts" | "tokens">;

/** `POST /identity/token`: issues a token for an API key, a trusted profile or a compute resource. */
export function tokenRoutes(parts: GrantParts): Hono<Env> {
  const routes = new Hono<Env>();
  routes.post("/identity/token", async (c) => {
    const form = new URLSearchParams(await c.req.text());
    try {
      const { caller, grantType } = callerOfGrant(form, parts);
      return c.json({
        ...parts.tokens.issue(caller, grantType),
        refresh_token: "not_supported",
        ims_user_id: 1,
        token_type: "Bearer",
        scope: "ibm openid",
      });
    } catch (error) {
      if (!(error instanceof GrantRefusal)) throw error;
      const request = { url: c.req.url, userAgent: c.req.header("user-agent") };
      return c.json(tokenErrorBody(error, request), 400);
    }
  });
  return routes;
}

/** An error of the token service: the request gets no token. */
class GrantRefusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export const API_KEY_GRANT = "urn:ibm:params:oauth:grant-type:apikey";

/**
 * The supported grant types. Each function returns the caller that the token is issued for. IBM documents the error
 * code of an unknown API key; the other codes are made up.
 */
const GRANTS: Record<string, (form: URLSearchParams, parts: GrantParts) => Caller> = {
  [API_KEY_GRANT]: (form, { accounts }) => {
    const caller = callerByApiKey(accounts, required(form, "apikey"));
    if (!caller) throw new GrantRefusal("BXNIM0415E", "Provided API key could not be found");
    return caller;
  },
  "urn:ibm:params:oauth:grant-type:assume": (form, { accounts, tokens }) => {
    if (!tokens.find(required(form, "access_token"))) {
      throw new GrantRefusal("BXNIM0408E", "Provided token is invalid or expired");
    }
    const reference = profileReference(form);
    if (reference.name !== undefined) required(form, "account");
    return findProfile(accounts, reference);
  },
  "urn:ibm:params:oauth:grant-type:cr-token": (form, { accounts }) => {
    const crToken = required(form, "cr_token");
    const profile = findProfile(accounts, profileReference(form));
    if (profile.crToken?.trim() !== crToken.trim()) {
      throw new GrantRefusal("BXNIM0437E", "Provided compute resource token is not valid for the profile");
    }
    return profile;
  },
};

function callerOfGrant(form: URLSearchParams, parts: GrantParts): { caller: Caller; grantType: string } {
  const grantType = required(form, "grant_type");
  const grant = Object.hasOwn(GRANTS, grantType) ? GRANTS[grantType] : undefined;
  if (!grant)
    throw new GrantRefusal("BXNIM0112E", `Grant type ${grantType} is not supported by this emulator`);
  return { caller: grant(form, parts), grantType };
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (!value) throw new GrantRefusal("BXNIM0109E", `Property missing or empty: ${name}`);
  return value;
}

function profileReference(form: URLSearchParams): ProfileReference {
  const given = (name: string) => form.get(name) ?? undefined;
  const reference = { id: given("profile_id"), crn: given("profile_crn"), name: given("profile_name") };
  if (!Object.values(reference).some(Boolean)) required(form, "profile_id");
  return { ...reference, accountId: given("account") };
}

function findProfile(accounts: Accounts, reference: ProfileReference) {
  const profile = callerByProfile(accounts, reference);
  if (!profile) throw new GrantRefusal("BXNIM0516E", "Provided trusted profile could not be found");
  return profile;
}
