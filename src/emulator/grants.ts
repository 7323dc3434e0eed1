import { callerOf, profileOf, type Account, type Caller, type ProfileNamed } from "./account";
import type { Tokens } from "./tokens";

/** The token service gives no token. */
export class GrantRefusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What grants stand on. */
interface Given {
  accounts: readonly Account[];
  tokens: Pick<Tokens, "find">;
}

type Grant = (form: URLSearchParams, given: Given) => Caller;

const API_KEY = "urn:ibm:params:oauth:grant-type:apikey";

/** What a token is given for, by `grant_type`. IBM documents the code of an unknown key only; the others are made up. */
const GRANTS: Record<string, Grant> = {
  [API_KEY]: (form, { accounts }) => {
    const caller = callerOf(accounts, required(form, "apikey"));
    if (!caller) throw new GrantRefusal("BXNIM0415E", "Provided API key could not be found");
    return caller;
  },
  "urn:ibm:params:oauth:grant-type:assume": (form, { accounts, tokens }) => {
    if (!tokens.find(required(form, "access_token"))) {
      throw new GrantRefusal("BXNIM0408E", "Provided token is invalid or expired");
    }
    const named = profileIn(form);
    if (named.name !== undefined) required(form, "account");
    return profile(accounts, named);
  },
  "urn:ibm:params:oauth:grant-type:cr-token": (form, { accounts }) => {
    const content = required(form, "cr_token");
    const { crToken, ...caller } = profile(accounts, profileIn(form));
    if (crToken?.trim() !== content.trim()) {
      throw new GrantRefusal("BXNIM0437E", "Provided compute resource token is not valid for the profile");
    }
    return caller;
  },
};

/**
 * Whose token a request for one is answered with.
 *
 * @throws GrantRefusal
 */
export function granted(form: URLSearchParams, given: Given): { caller: Caller; grantType: string } {
  const grantType = required(form, "grant_type");
  const grant = Object.hasOwn(GRANTS, grantType) ? GRANTS[grantType] : undefined;
  if (!grant)
    throw new GrantRefusal("BXNIM0112E", `Grant type ${grantType} is not supported by this emulator`);
  const { accountId, iamId } = grant(form, given);
  return { caller: { accountId, iamId }, grantType };
}

/** What the emulator's own tokens are given for. */
export { API_KEY as API_KEY_GRANT };

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (!value) throw new GrantRefusal("BXNIM0109E", `Property missing or empty: ${name}`);
  return value;
}

function profileIn(form: URLSearchParams): ProfileNamed {
  const given = (name: string) => form.get(name) ?? undefined;
  const named = { id: given("profile_id"), crn: given("profile_crn"), name: given("profile_name") };
  if (!Object.values(named).some(Boolean)) required(form, "profile_id");
  return { ...named, accountId: given("account") };
}

function profile(accounts: readonly Account[], named: ProfileNamed) {
  const found = profileOf(accounts, named);
  if (!found) throw new GrantRefusal("BXNIM0516E", "Provided trusted profile could not be found");
  return found;
}
