/** An API key: the account's own, or that of somebody else who works in the account. */
export type ApiKey = string | { apiKey: string; iamId: string };

/** A trusted profile: an identity that others may take on. */
export interface Profile {
  /** `Profile-<uuid>` in IBM Cloud. */
  id: string;
  name: string;
  /** The IAM id that policies name as their maker: `iam-Profile-<uuid>` in IBM Cloud. */
  iamId: string;
  /**
   * The content of a compute resource's token file that is good for this profile (grant `cr-token`).
   * @default none is
   */
  crToken?: string;
}

/** An account of the emulator: one set of policies, and the keys that reach it. */
export interface Account {
  /** 32 hexadecimal digits. */
  id: string;
  /** API keys that give tokens of this account. Not secrets: they are good for nothing but this emulator. */
  apiKeys: readonly ApiKey[];
  /** Who the keys are that do not say it themselves: the IAM id that policies name as their maker. */
  iamId: string;
  /**
   * Its trusted profiles. Whoever has a token of this emulator may take one on (grant `assume`).
   * @default none
   */
  profiles?: readonly Profile[];
}

/** Who made a request. */
export interface Caller {
  accountId: string;
  iamId: string;
}

/** The account that an emulator has when it is given none. */
export const DEFAULT_ACCOUNT: Account = {
  id: "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0",
  apiKeys: ["emulator-api-key"],
  iamId: "iam-ServiceId-00000000-0000-4000-8000-000000000001",
};

export function keyOf(key: ApiKey): string {
  return typeof key === "string" ? key : key.apiKey;
}

/** Whose a key is. */
export function callerOf(accounts: readonly Account[], apiKey: string): Caller | undefined {
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

/** How a request names a profile: by one of these. */
export interface ProfileNamed {
  id?: string;
  crn?: string;
  name?: string;
  /** The account that a name is of; any when absent. */
  accountId?: string;
}

/** Who takes on a profile, and what content of a token file is good for it. */
export function profileOf(
  accounts: readonly Account[],
  named: ProfileNamed,
): (Caller & Pick<Profile, "crToken">) | undefined {
  return accounts
    .flatMap(({ id: accountId, profiles = [] }) => profiles.map((profile) => ({ ...profile, accountId })))
    .find(
      ({ id, name, accountId }) =>
        (named.id ?? id) === id &&
        (named.crn ?? crnOf(id, accountId)) === crnOf(id, accountId) &&
        (named.name ?? name) === name &&
        (named.accountId ?? accountId) === accountId,
    );
}

function crnOf(id: string, accountId: string): string {
  return `crn:v1:bluemix:public:iam-identity::a/${accountId}::profile:${id}`;
}
