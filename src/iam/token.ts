import type { Identity } from "./types";

/** Returns the claims of a JSON Web Token, or `undefined` if the text is not one. */
export function parseClaims(token: string): Record<string, unknown> | undefined {
  const [, claims = ""] = token.split(".");
  try {
    const parsed: unknown = JSON.parse(Buffer.from(claims, "base64url").toString());
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Reads account and user from a token. Source: the claims `account.bss` and `iam_id` of IAM's tokens. */
export function identityOf(token: string): Identity {
  const claims = parseClaims(token);
  if (claims === undefined) {
    throw new Error(
      "The token of these credentials (IC_IAM_TOKEN, or a bearer token) is not a JSON Web Token: get one with `ibmcloud iam oauth-tokens`",
    );
  }
  const {
    account,
    iam_id: iamId,
    exp,
  } = claims as { account?: { bss?: unknown } | null; iam_id?: unknown; exp?: unknown };
  const id = account?.bss;
  if (typeof id === "string" && id !== "") {
    return {
      accountId: id.toLowerCase(),
      ...(typeof iamId === "string" && { iamId }),
      ...(typeof exp === "number" && { expiresAt: exp * 1000 }),
    };
  }
  throw new Error(
    "The token of these credentials has no account (claim account.bss): use credentials of an IBM Cloud account",
  );
}
