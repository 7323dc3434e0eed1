import type IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import type { Authenticator } from "ibm-cloud-sdk-core";
import { httpOf, renew } from "./authenticators";
import { CodedError } from "../shared/coded-error";
import { findCredentials } from "./credentials";
import { TooLateError, withDeadline, type Deadline } from "./deadline";
import { NotSentError, OtherServiceError, toIamError } from "./errors";
import { startGate, type Gate } from "./gate";
import { paceOf, type Pace } from "./pace";
import { redact } from "./redact";
import { withRetry } from "./retry";
import { sdk } from "./sdk";
import type { Settings } from "./settings";
import { claimsOf, guard, guardTokens } from "./transport";
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

/** Reads an answer. What it throws, an answer that can't be read, is a failure of the call, and retried like one. */
type Read<Result> = (answer: Answer) => Result;

/** One set of credentials at work: IBM's client, and what every call has in common. */
export interface Client {
  pace: Pace;
  /** A text without the credentials, and without the tokens that they gave so far. */
  redact: (text: string) => string;
  /** Whose the credentials are. Asks for a token once. */
  identity: (deadline: Deadline) => Promise<Identity>;
  /** Makes a call until it is answered; whatever it throws comes out as an `IamError` without credentials in it. */
  call: <Result>(make: Make, read: Read<Result>, deadline: Deadline) => Promise<Result>;
  /**
   * The same for a call that changes something: not sent when nobody is left to be told.
   *
   * @param repeatsUnknown whether it may be sent again when IAM may have done it already
   */
  write: <Result>(
    make: Make,
    read: Read<Result>,
    deadline: Deadline,
    repeatsUnknown: boolean,
  ) => Promise<Result>;
  /** Work with a deadline of its own, for what several operations share. */
  withDeadline: <Result>(work: (deadline: Deadline) => Promise<Result>) => Promise<Result>;
}

/**
 * Connects to IAM with the credentials that the settings lead to. Makes no call.
 *
 * @param name which credentials; the default ones without it
 * @throws NoCredentialsError when there are none
 */
export function connect(settings: Settings, name?: string): Client {
  const pace = paceOf(settings);
  const credentials = findCredentials(settings, name);
  const { authenticator, serviceUrl, disableSslVerification } = credentials;
  const secrets = [...credentials.secrets];
  for (const http of httpOf(authenticator)) guardTokens(http, pace.requestTimeout);

  let account = credentials.accountId;
  let checked: string | undefined;
  /** Authenticates, and refuses a token of another account: also one that was renewed meanwhile. */
  async function authenticate(request: Parameters<Authenticator["authenticate"]>[0]): Promise<Identity> {
    await authenticator.authenticate(request);
    const { Authorization = "" } = request.headers as Record<string, string>;
    const token = Authorization.replace(/^Bearer /, "");
    const identity = identityOf(token);
    if (account !== undefined && identity.accountId !== account) {
      throw new WrongAccountError(
        checked === undefined
          ? `The credentials are of the account ${identity.accountId}, and ibmcloud:accountId says ${account}: correct one of the two. After a change of ibmcloud: configuration, refresh and destroy need --run-program, or a pulumi up first`
          : `A renewed token is of the account ${identity.accountId}, and the one before was of ${account}: nothing is sent with it. Run again with credentials of one account`,
      );
    }
    if (token !== checked) secrets.push(token);
    [account, checked] = [identity.accountId, token];
    return identity;
  }

  const checking: Pick<Authenticator, keyof Authenticator> = {
    authenticate: async (request) => {
      try {
        await authenticate(request);
      } catch (error) {
        throw new NotSentError(error);
      }
    },
    authenticationType: () => authenticator.authenticationType(),
  };
  const service = new (sdk().IamPolicyManagementV1)({
    authenticator: checking,
    serviceUrl,
    disableSslVerification,
    headers: { "User-Agent": USER_AGENT },
  });
  guard(service.getHttpClient(), pace.requestTimeout);

  const gate = startGate();
  async function tried<Result>(
    attempt: () => Promise<Result>,
    deadline: Deadline,
    { reads, gate, repeatsUnknown = true }: { reads: boolean; gate?: Gate; repeatsUnknown?: boolean },
  ): Promise<Result> {
    const once = async () => {
      try {
        return await attempt();
      } catch (thrown) {
        const cause = thrown instanceof NotSentError ? thrown.cause : thrown;
        if (FINAL.some((kind) => cause instanceof kind)) throw cause;
        throw toIamError(thrown, secrets, reads);
      }
    };
    return withRetry(once, { deadline, pace, gate, reads, repeatsUnknown });
  }

  /** A token that has to be renewed is a call of its own: its failure leaves no doubt about the call it is for. */
  const identity = (deadline: Deadline) => tried(() => authenticate({}), deadline, { reads: true });

  /** IAM may refuse a token before its time: then once more with a new one. */
  async function withFreshToken<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (statusOf(error) !== 401 || !renew(authenticator)) throw error;
      return work();
    }
  }

  async function call<Result>(make: Make, read: Read<Result>, deadline: Deadline): Promise<Result> {
    await identity(deadline);
    return tried(() => withFreshToken(() => answered(make, read)), deadline, { reads: true, gate });
  }

  async function write<Result>(
    make: Make,
    read: Read<Result>,
    deadline: Deadline,
    repeatsUnknown: boolean,
  ): Promise<Result> {
    await identity(deadline);
    const send = async () => {
      if (deadline.isCancelled()) throw new NothingSentError("The run was cancelled");
      if (await settings.isEngineGone?.()) throw new NothingSentError("Pulumi has ended meanwhile");
      if (deadline.left() === 0) throw new TooLateError(undefined, false);
      return answered(make, read);
    };
    return tried(() => withFreshToken(send), deadline, { reads: false, gate, repeatsUnknown });
  }

  async function answered<Result>(make: Make, read: Read<Result>): Promise<Result> {
    return read(await make(service));
  }

  function ownDeadline<Result>(work: (deadline: Deadline) => Promise<Result>): Promise<Result> {
    return withDeadline(pace.retryTimeout, settings.cancelled, work);
  }

  const withoutSecrets = (text: string) => redact(text, secrets);
  return { pace, redact: withoutSecrets, identity, call, write, withDeadline: ownDeadline };
}

/** What ends a call before it is sent, and is no failure of IAM's. */
class NothingSentError extends CodedError {
  constructor(why: string) {
    super("cancelled", `${why}, so nothing more is sent to IAM`);
  }
}

/** The credentials are of another account than they must be. */
export class WrongAccountError extends CodedError {
  constructor(message: string) {
    super("wrong-account", message);
  }
}

/** What isn't a failure of the call. */
const FINAL = [NothingSentError, WrongAccountError, TooLateError];

function statusOf(error: unknown): unknown {
  const cause = error instanceof OtherServiceError ? error.cause : error;
  return typeof cause === "object" && cause !== null && "status" in cause ? cause.status : undefined;
}

/** Whom a token's claims name. Source: IAM's tokens, claims `account.bss` and `iam_id`. */
function identityOf(token: string): Identity {
  const claims = claimsOf(token);
  if (claims === undefined) {
    throw new Error(
      "The token of these credentials (IC_IAM_TOKEN, or a bearer token) is not a JSON Web Token, as IAM's are: take one from `ibmcloud iam oauth-tokens`",
    );
  }
  const { account, iam_id } = claims as {
    account?: { bss?: unknown } | null;
    iam_id?: unknown;
  };
  const id = account?.bss;
  if (typeof id === "string" && id !== "") {
    return { accountId: id.toLowerCase(), ...(typeof iam_id === "string" && { iamId: iam_id }) };
  }
  throw new Error(
    "The token that these credentials give names no account (claim account.bss): use credentials of an IBM Cloud account",
  );
}
