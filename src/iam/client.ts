import IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import type { Authenticator } from "ibm-cloud-sdk-core";
import { findCredentials, type Settings } from "./credentials";
import { toIamError } from "./errors";
import { USER_AGENT } from "./user-agent";

/** How long one call may take, in milliseconds. */
const TIMEOUT = 60_000;

/** One set of credentials at work: IBM's client, and what every call has in common. */
export interface Client {
  /** The account that the credentials are of: 32 hexadecimal digits. Asks for a token once. */
  accountId: () => Promise<string>;
  /** Makes a call; whatever it throws comes out as an `IamError` without credentials in it. */
  call: <Result>(make: (service: IamPolicyManagementV1) => Promise<Result>) => Promise<Result>;
}

/**
 * Connects to IAM with the credentials that the settings lead to. Makes no call.
 *
 * @throws NoCredentialsError when there are none
 */
export function connect(settings: Settings): Client {
  const credentials = findCredentials(settings, TIMEOUT);
  const { authenticator, serviceUrl, disableSslVerification, secrets } = credentials;
  const headers = { "User-Agent": USER_AGENT };
  const service = new IamPolicyManagementV1({
    authenticator,
    serviceUrl,
    disableSslVerification,
    headers,
    timeout: TIMEOUT,
  });

  async function call<Result>(make: (service: IamPolicyManagementV1) => Promise<Result>): Promise<Result> {
    await accountId();
    return guarded(() => make(service));
  }

  async function guarded<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (thrown) {
      throw toIamError(thrown, secrets);
    }
  }

  let known: string | undefined;
  async function accountId(): Promise<string> {
    known ??= verified(accountOf(await guarded(() => tokenOf(authenticator))), credentials.accountId);
    return known;
  }

  return { accountId, call };
}

async function tokenOf(authenticator: Authenticator): Promise<string> {
  const request: { headers?: Record<string, string> } = {};
  await authenticator.authenticate(request);
  return request.headers?.["Authorization"]?.replace(/^Bearer /, "") ?? "";
}

/** The account in a token's claims. Source: IAM's tokens, claim `account.bss`. */
function accountOf(token: string): string {
  const [, claims = ""] = token.split(".");
  try {
    const { account } = JSON.parse(Buffer.from(claims, "base64url").toString()) as {
      account?: { bss?: unknown };
    };
    if (typeof account?.bss === "string" && account.bss !== "") return account.bss;
  } catch {
    // Not a token of IAM's: said below.
  }
  throw new Error(
    "The token that these credentials give names no account (claim account.bss): use credentials of an IBM Cloud account",
  );
}

function verified(accountId: string, expected: string | undefined): string {
  if (expected === undefined || expected === accountId) return accountId;
  throw new Error(
    `The credentials are of the account ${accountId}, and ibmcloud:accountId says ${expected}: correct one of the two`,
  );
}
