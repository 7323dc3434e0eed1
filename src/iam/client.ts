import type IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import type { Authenticator } from "ibm-cloud-sdk-core";
import { renew } from "./authenticators";
import { findCredentials } from "./credentials";
import { toIamError } from "./errors";
import { startGate, type Gate } from "./gate";
import { CLOCK_PRECISION, paceOf, type Pace } from "./pace";
import { REDIRECTS } from "./redirects";
import { persist } from "./retry";
import { sdk } from "./sdk";
import type { Settings } from "./settings";
import { dateOf } from "./told";
import { USER_AGENT } from "./user-agent";

/** Whose credentials are used. */
export interface Identity {
  /** 32 hexadecimal digits. */
  accountId: string;
  /** `IBMid-…`, `iam-ServiceId-…` or `iam-Profile-…`: what policies name as their maker. */
  iamId?: string;
}

/** What a call of IBM's SDK answers, as far as it is used here. */
export interface Answer {
  status?: number;
  result: unknown;
  headers?: unknown;
}

type Make = (service: IamPolicyManagementV1) => Promise<Answer>;

/** What a call is for. */
type Purpose = "token" | "read" | "write";

/** One set of credentials at work: IBM's client, and what every call has in common. */
export interface Client {
  pace: Pace;
  /** Whose the credentials are. Asks for a token once. */
  identity: () => Promise<Identity>;
  /** Makes a call until it is answered; whatever it throws comes out as an `IamError` without credentials in it. */
  call: (make: Make) => Promise<Answer>;
  /** The same for a call that changes something: not sent when nobody is left to be told. */
  write: (make: Make) => Promise<Answer>;
  /** The time by IAM's clock, in milliseconds since 1970. */
  now: () => number;
}

/**
 * Connects to IAM with the credentials that the settings lead to. Makes no call.
 *
 * @param name which credentials; the default ones without it
 * @throws NoCredentialsError when there are none
 */
export function connect(settings: Settings, name?: string): Client {
  const pace = paceOf(settings);
  const credentials = findCredentials(settings, pace.requestTimeout, name);
  const { authenticator, serviceUrl, disableSslVerification, secrets } = credentials;
  const service = new (sdk().IamPolicyManagementV1)({
    authenticator,
    serviceUrl,
    disableSslVerification,
    headers: { "User-Agent": USER_AGENT },
    timeout: pace.requestTimeout,
    ...REDIRECTS,
  });

  let ahead = 0;
  /** Takes IAM's clock from the date of an answer, where the two differ by more than such a date can tell. */
  function keepTime(answeredAt: number | undefined): void {
    if (answeredAt === undefined) return;
    const apart = answeredAt - Date.now();
    ahead = Math.abs(apart) > CLOCK_PRECISION ? apart : 0;
  }

  const gate = startGate();
  async function tried<Result>(
    work: () => Promise<Result>,
    purpose: Purpose,
    through?: Gate,
  ): Promise<Result> {
    return persist(
      async () => {
        try {
          return await work();
        } catch (thrown) {
          if (thrown instanceof EngineGoneError) throw thrown;
          const error = toIamError(thrown, secrets, purpose === "read");
          keepTime(error.told.answeredAt);
          throw error;
        }
      },
      pace,
      purpose === "write",
      through,
    );
  }

  async function request(make: Make, purpose: Purpose): Promise<Answer> {
    await identity();
    // A token that has to be renewed is a call of its own: its failure leaves no doubt about the other.
    await tried(() => tokenOf(authenticator), "token");
    const answer = await tried(() => withFreshToken(() => make(service)), purpose, gate);
    keepTime(dateOf(answer.headers));
    return answer;
  }

  /** IAM may refuse a token before its time: then once more with a new one. */
  async function withFreshToken<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (toIamError(error, secrets).status !== 401 || !renew(authenticator)) throw error;
      return work();
    }
  }

  const call = (make: Make) => request(make, "read");

  async function write(make: Make): Promise<Answer> {
    return request(async (each) => {
      if (await settings.isEngineGone?.()) throw new EngineGoneError();
      return make(each);
    }, "write");
  }

  let known: Promise<Identity> | undefined;
  async function identity(): Promise<Identity> {
    known ??= tried(() => tokenOf(authenticator), "token").then((token) =>
      verified(identityOf(token), credentials.accountId),
    );
    try {
      return await known;
    } catch (error) {
      // Whoever comes next asks again.
      known = undefined;
      throw error;
    }
  }

  return { pace, identity, call, write, now: () => Date.now() + ahead };
}

/** Pulumi's engine has ended: what would be made now would be in no state. */
class EngineGoneError extends Error {
  constructor() {
    super("Pulumi has ended meanwhile, so nothing more is sent to IAM");
  }
}

/** The credentials are of another account than the stack says. */
export class WrongAccountError extends Error {}

async function tokenOf(authenticator: Authenticator): Promise<string> {
  const request: { headers?: Record<string, string> } = {};
  await authenticator.authenticate(request);
  return request.headers?.["Authorization"]?.replace(/^Bearer /, "") ?? "";
}

/** Whom a token's claims name. Source: IAM's tokens, claims `account.bss` and `iam_id`. */
function identityOf(token: string): Identity {
  const [, claims = ""] = token.split(".");
  try {
    const { account, iam_id } = JSON.parse(Buffer.from(claims, "base64url").toString()) as {
      account?: { bss?: unknown };
      iam_id?: unknown;
    };
    if (typeof account?.bss === "string" && account.bss !== "") {
      return { accountId: account.bss, ...(typeof iam_id === "string" && { iamId: iam_id }) };
    }
  } catch {
    // Not a token of IAM's: said below.
  }
  throw new Error(
    "The token that these credentials give names no account (claim account.bss): use credentials of an IBM Cloud account",
  );
}

function verified(identity: Identity, expected: string | undefined): Identity {
  if (expected === undefined || expected === identity.accountId) return identity;
  throw new WrongAccountError(
    `The credentials are of the account ${identity.accountId}, and ibmcloud:accountId says ${expected}: correct one of the two. After a change of ibmcloud: configuration, refresh and destroy need --run-program, or a pulumi up first`,
  );
}
