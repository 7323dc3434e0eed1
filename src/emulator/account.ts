/** An API key: the account's own, or that of somebody else who works in the account. */
export type ApiKey = string | { apiKey: string; iamId: string };

/** An account of the emulator: one set of policies, and the keys that reach it. */
export interface Account {
  /** 32 hexadecimal digits. */
  id: string;
  /** API keys that give tokens of this account. Not secrets: they are good for nothing but this emulator. */
  apiKeys: readonly ApiKey[];
  /** Who the keys are that do not say it themselves: the IAM id that policies name as their maker. */
  iamId: string;
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
