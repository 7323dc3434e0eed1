import type IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import type { Authenticator } from "ibm-cloud-sdk-core";
import { CodedError } from "../shared/coded-error";
import { httpClientsOf, renewToken } from "./authenticators";
import { timeoutsFrom } from "./config";
import { findCredentials } from "./credentials";
import { DeadlineError, withDeadline, type Deadline } from "./deadline";
import { NotSentError, OtherServiceError, toIamError } from "./errors";
import { redact } from "./redact";
import { createRateLimiter, type RateLimiter, type RetryOptions, withRetry } from "./retry";
import { sdk, USER_AGENT } from "./sdk";
import { identityOf } from "./token";
import { createTrace } from "./trace";
import { guardHttp, guardTokens, type HttpOptions } from "./transport";
import type { Identity, SdkResponse, Service, Settings, Timeouts } from "./types";

type Send = (service: IamPolicyManagementV1) => Promise<SdkResponse>;

/** Parses a response. An error means that the response can't be read, and the call is retried. */
type Parse<Result> = (response: SdkResponse) => Result;

/** An IAM client for one set of credentials. All calls to IAM go through it. */
export interface Client {
  timeouts: Timeouts;
  /** IAM's endpoint. */
  endpoint: string;
  /** The setting in which the credentials were found, such as `IC_API_KEY`. */
  from: string;
  /** The kind of the credentials, as ibm-cloud-sdk-core names it: `iam`, `bearerToken`, `container` and so on. */
  kind: string;
  /** The options of every HTTP client that uses these credentials. */
  http: HttpOptions;
  /** Removes the credentials and their tokens from a string. */
  redact: (text: string) => string;
  /** Returns the account and user of the credentials. Requests a token if there is none. */
  identity: (deadline: Deadline) => Promise<Identity>;
  /**
   * Makes a call that only reads, with retries. Credentials are redacted from the `IamError` that it throws.
   *
   * @param service the service that is called. @default IAM
   */
  call: <Result>(send: Send, parse: Parse<Result>, deadline: Deadline, service?: Service) => Promise<Result>;
  /**
   * Makes a call that writes, with retries. It isn't sent once the run is cancelled or Pulumi's engine has ended.
   *
   * @param repeatsUnknown true if it may be sent again after an attempt whose outcome is unknown
   */
  write: <Result>(
    send: Send,
    parse: Parse<Result>,
    deadline: Deadline,
    repeatsUnknown: boolean,
  ) => Promise<Result>;
  /** Runs work with a deadline of its own. */
  withDeadline: <Result>(work: (deadline: Deadline) => Promise<Result>) => Promise<Result>;
  /** Runs work that several operations share. Its deadline is shorter than theirs, so that they can report its error. */
  withSharedDeadline: <Result>(work: (deadline: Deadline) => Promise<Result>) => Promise<Result>;
}

/** The part of `retryTimeout` that shared work may take. */
const SHARED_WORK = 0.9;

/**
 * Creates a client with the configured credentials. Makes no call.
 *
 * @param name the name of the credentials. @default the default credentials
 * @throws NoCredentialsError if there are none
 */
export function connect(settings: Settings, name?: string): Client {
  const timeouts = timeoutsFrom(settings);
  const credentials = findCredentials(settings, name);
  const { authenticator, serviceUrl, disableSslVerification } = credentials;
  const secrets = [...credentials.secrets];
  const withoutSecrets = (text: string) => redact(text, secrets);
  const http = {
    requestTimeout: timeouts.requestTimeout,
    trace: createTrace(settings.env, withoutSecrets),
  };
  for (const each of httpClientsOf(authenticator)) guardTokens(each, http);

  let account = credentials.accountId;
  let checkedToken: string | undefined;
  /** Authenticates a request. Refuses a token of another account, also after a renewal. */
  async function authenticate(request: Parameters<Authenticator["authenticate"]>[0]): Promise<Identity> {
    await authenticator.authenticate(request);
    const { Authorization = "" } = request.headers as Record<string, string>;
    const token = Authorization.replace(/^Bearer /, "");
    const identity = identityOf(token);
    if (account !== undefined && identity.accountId !== account) {
      throw new WrongAccountError(
        checkedToken === undefined
          ? `The credentials belong to account ${identity.accountId}, but ibmcloud:accountId is ${account}: correct one of the two`
          : `The renewed token belongs to account ${identity.accountId}, but the previous one belonged to ${account}, so the request was not sent. Run again with credentials of a single account`,
      );
    }
    if (token !== checkedToken) secrets.push(token);
    [account, checkedToken] = [identity.accountId, token];
    return identity;
  }

  const checkingAuthenticator: Pick<Authenticator, keyof Authenticator> = {
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
    authenticator: checkingAuthenticator,
    serviceUrl,
    disableSslVerification,
    headers: { "User-Agent": USER_AGENT },
  });
  guardHttp(service.getHttpClient(), http);

  /** A limit of one service says nothing about the others. */
  const limiters = new Map<Service | undefined, RateLimiter>();
  function limiterOf(called?: Service): RateLimiter {
    const limiter = limiters.get(called) ?? createRateLimiter();
    limiters.set(called, limiter);
    return limiter;
  }

  async function retried<Result>(
    attempt: () => Promise<Result>,
    deadline: Deadline,
    options: Partial<RetryOptions> & { isRead: boolean },
  ): Promise<Result> {
    const once = async () => {
      try {
        return await attempt();
      } catch (thrown) {
        const cause = rootOf(thrown);
        if (FINAL_ERRORS.some((kind) => cause instanceof kind)) throw cause;
        throw toIamError(thrown, secrets, options.isRead);
      }
    };
    return withRetry(once, { deadline, timeouts, repeatsUnknown: true, ...options });
  }

  /** Requests a token before the call that needs it: if only this request fails, that call was certainly not sent. */
  const identity = (deadline: Deadline) => retried(() => authenticate({}), deadline, { isRead: true });

  /** Makes a call. If IAM refuses a token that has not expired, the call is repeated once with a new token. */
  async function withFreshToken<Result>(send: () => Promise<Result>): Promise<Result> {
    const token = checkedToken;
    try {
      return await send();
    } catch (error) {
      if (statusOf(error) !== 401) throw error;
      // Another call may have renewed it meanwhile.
      if (token === checkedToken && !renewToken(authenticator)) throw error;
      return send();
    }
  }

  async function call<Result>(
    send: Send,
    parse: Parse<Result>,
    deadline: Deadline,
    called?: Service,
  ): Promise<Result> {
    await identity(deadline);
    const attempt = () => withFreshToken(async () => parse(await send(service)));
    return retried(attempt, deadline, { isRead: true, rateLimiter: limiterOf(called), service: called });
  }

  async function write<Result>(
    send: Send,
    parse: Parse<Result>,
    deadline: Deadline,
    repeatsUnknown: boolean,
  ): Promise<Result> {
    await identity(deadline);
    const checked = async () => {
      if (deadline.isCancelled()) throw new CancelledError("The run was cancelled");
      if (await settings.isEngineGone?.()) throw new CancelledError("Pulumi has ended");
      if (deadline.left() === 0) throw new DeadlineError(undefined, false);
      return parse(await send(service));
    };
    const attempt = () => withFreshToken(checked);
    return retried(attempt, deadline, { isRead: false, rateLimiter: limiterOf(), repeatsUnknown });
  }

  return {
    timeouts,
    endpoint: serviceUrl,
    from: credentials.from,
    kind: authenticator.authenticationType(),
    http,
    redact: withoutSecrets,
    identity,
    call,
    write,
    withDeadline: (work) => withDeadline(timeouts.retryTimeout, settings.cancelled, work),
    withSharedDeadline: (work) => withDeadline(timeouts.retryTimeout * SHARED_WORK, settings.cancelled, work),
  };
}

/** The run ended before the request was sent. */
class CancelledError extends CodedError {
  constructor(reason: string) {
    super("cancelled", `${reason}, so nothing more is sent to IAM`);
  }
}

/** The credentials belong to the wrong account. */
export class WrongAccountError extends CodedError {
  constructor(message: string) {
    super("wrong-account", message);
  }
}

/** These errors are not failures of the call, and are never retried. */
const FINAL_ERRORS = [CancelledError, WrongAccountError, DeadlineError];

/** Returns the error that made a request fail before it was sent, to whichever service. Returns other errors as they are. */
function rootOf(error: unknown): unknown {
  return error instanceof OtherServiceError || error instanceof NotSentError ? rootOf(error.cause) : error;
}

function statusOf(error: unknown): unknown {
  const cause = error instanceof OtherServiceError ? error.cause : error;
  return typeof cause === "object" && cause !== null && "status" in cause ? cause.status : undefined;
}
