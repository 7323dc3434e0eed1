import { createHmac, randomUUID } from "node:crypto";
import { Refusal } from "./errors";

/** An API key. A string belongs to the identity of its account; an object belongs to the identity with that IAM id. */
export type ApiKey = string | { apiKey: string; iamId: string };

/** A trusted profile: an identity that other identities may assume. */
export interface Profile {
  /** `Profile-<uuid>` in IBM Cloud. */
  id: string;
  name: string;
  /** The IAM id that policies record as their author: `iam-Profile-<uuid>` in IBM Cloud. */
  iamId: string;
  /**
   * The compute resource token that is valid for this profile (grant type `cr-token`).
   * @default no token is valid
   */
  crToken?: string;
}

/** An account of the emulator, with its own policies and API keys. */
export interface Account {
  /** 32 hexadecimal digits. */
  id: string;
  /** The API keys of this account. They are not secret: they work only with this emulator. */
  apiKeys: readonly ApiKey[];
  /** The IAM id of the API keys that are strings. Policies record it as their author. */
  iamId: string;
  /**
   * The trusted profiles of this account. Any token of this emulator may assume them (grant type `assume`).
   * @default none
   */
  profiles?: readonly Profile[];
}

/** The accounts of an emulator; the first is the default. */
export type Accounts = readonly [Account, ...Account[]];

/** The identity that makes a request, and the account that it acts in. */
export interface Caller {
  accountId: string;
  iamId: string;
}

/** The account of an emulator that is started without accounts. */
export const DEFAULT_ACCOUNT: Account = {
  id: "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0",
  apiKeys: ["emulator-api-key"],
  iamId: "iam-ServiceId-00000000-0000-4000-8000-000000000001",
};

/** Returns an API key as a string. */
export function keyOf(key: ApiKey): string {
  return typeof key === "string" ? key : key.apiKey;
}

export function callerByApiKey(accounts: Accounts, apiKey: string): Caller | undefined {
  return accounts
    .flatMap(({ id, apiKeys, iamId }) =>
      apiKeys.map((each) => ({
        key: keyOf(each),
        accountId: id,
        iamId,
        ...(typeof each === "object" && each),
      })),
    )
    .find(({ key }) => key === apiKey);
}

/** A request's reference to a trusted profile. */
export interface ProfileReference {
  id?: string;
  crn?: string;
  name?: string;
  /** The account of a profile that is referred to by name. */
  accountId?: string;
}

/** Returns the identity of a trusted profile, with the compute resource token that is valid for it. */
export function callerByProfile(
  accounts: Accounts,
  reference: ProfileReference,
): (Caller & Pick<Profile, "crToken">) | undefined {
  return accounts
    .flatMap(({ id: accountId, profiles = [] }) => profiles.map((profile) => ({ ...profile, accountId })))
    .find(
      ({ id, name, accountId }) =>
        (reference.id ?? id) === id &&
        (reference.crn ?? profileCrn(id, accountId)) === profileCrn(id, accountId) &&
        (reference.name ?? name) === name &&
        (reference.accountId ?? accountId) === accountId,
    );
}

function profileCrn(id: string, accountId: string): string {
  return `crn:v1:bluemix:public:iam-identity::a/${accountId}::profile:${id}`;
}

/** The tokens that the emulator issued. */
export interface TokenStore {
  /** Issues a token. It has the claims of an IAM token and the emulator's own signature. */
  issue: (
    caller: Caller,
    grantType: string,
  ) => { access_token: string; expires_in: number; expiration: number };
  /** Returns the caller of a token that has not expired. */
  find: (token: string) => Caller | undefined;
  /**
   * Returns the caller of the token in an `Authorization` header.
   * @throws Refusal 401 for an unknown or expired token
   */
  authenticate: (authorization: string | undefined) => Caller;
}

/** @param lifetime the lifetime of a token, in seconds */
export function createTokenStore(lifetime: number): TokenStore {
  const issued = new Map<string, Caller & { expiration: number }>();

  function find(token: string): Caller | undefined {
    const found = issued.get(token);
    return found && found.expiration > Date.now() / 1000 ? found : undefined;
  }

  return {
    find,
    issue: ({ accountId, iamId }, grantType) => {
      const iat = Math.floor(Date.now() / 1000);
      const expiration = iat + lifetime;
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
        exp: expiration,
        iss: "https://iam.cloud.ibm.com/identity",
        grant_type: grantType,
        scope: "ibm openid",
        client_id: "default",
        acr: 1,
        amr: ["pwd"],
      });
      issued.set(token, { accountId, iamId, expiration });
      return { access_token: token, expires_in: lifetime, expiration };
    },
    authenticate: (authorization) => {
      const caller = find(authorization?.replace(/^Bearer /i, "") ?? "");
      if (!caller) throw new Refusal(401, "invalid_token", "The provided IAM token is invalid.");
      return caller;
    },
  };
}

function sign(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const unsigned = `${part({ kid: "emulator", alg: "HS256" })}.${part(claims)}`;
  return `${unsigned}.${createHmac("sha256", "emulator").update(unsigned).digest("base64url")}`;
}
