import { CodedError, codeOf } from "../shared/coded-error";
import { isRetryable, isUnconnected, NOT_SENT, NOT_SHOWN, outcomeOf, UNREADABLE } from "./outcome";
import type { HeldPolicy } from "./policy";
import { quote, redact } from "./redact";
import { dateOf, headerOf, tell, type Told } from "./told";
import { WAYS, type OtherService, type Way } from "./ways";

/** How a call went on after it failed. */
interface Tried {
  tries: number;
  /** Milliseconds since the first try. */
  elapsed: number;
  /** When the first try was sent that IAM may have carried out although no good answer came, in `performance.now()`. */
  unknownSince?: number;
}

/** A call to IAM that failed. The message is IAM's reason and code, what to do next, and the transaction's id. */
export class IamError extends CodedError {
  readonly told: Told;
  private readonly tried?: Tried;

  constructor(told: Told, tried?: Tried) {
    super(wayOf(told)?.code ?? "refused", sentence(told, tried));
    this.name = "IamError";
    this.told = told;
    this.tried = tried;
  }

  /** The HTTP status; absent when no answer came. */
  get status(): number | undefined {
    return this.told.status;
  }

  get transactionId(): string | undefined {
    return this.told.transactionId;
  }

  /** The policy that stands in the way: its id, or all of it. */
  get conflict(): unknown {
    return this.told.conflict;
  }

  /** Whether IAM may have done what it was asked to, now or by an earlier try, although no answer says so. */
  override get outcomeUnknown(): boolean {
    if (this.tried) return this.tried.unknownSince !== undefined;
    return this.told.reads !== true && outcomeOf(this.told) === "unknown";
  }

  /** When the first such try was sent, in `performance.now()`. */
  get unknownSince(): number | undefined {
    return this.tried?.unknownSince;
  }

  /** Whether IAM itself says that it holds no such policy. */
  get isPolicyNotFound(): boolean {
    return this.told.status === 404 && this.told.code === "policy_not_found";
  }

  /** Whether a 404 leaves open what wasn't found: the policy, or the path that a gateway was asked for. */
  get isNotFound(): boolean {
    return this.told.status === 404 && this.told.code !== undefined;
  }

  /** Whether an answer came that isn't IAM's, or not all of it. */
  get isUnreadable(): boolean {
    return this.told.code === UNREADABLE;
  }

  /** How long IAM asks to wait, in milliseconds. */
  get retryAfter(): number | undefined {
    return this.told.retryAfter;
  }

  /** Whether the same call may succeed a while later. */
  get isRetryable(): boolean {
    return isRetryable(this.told);
  }

  /** Whether the call got as far as IAM. */
  get connected(): boolean {
    return this.told.status !== undefined || !isUnconnected(this.told.code);
  }

  /** The same, known to mean that somebody else changed the policy meanwhile: IAM may say so as a conflict. */
  asStale(): IamError {
    return new IamError({ ...this.told, stale: true }, this.tried);
  }

  /** The same after another call that may have been carried out although no good answer came. */
  inDoubt(unknownSince: number): IamError {
    return this.after({ ...(this.tried ?? { tries: 1, elapsed: 0 }), unknownSince });
  }

  /** The same after it was tried again: IAM said this last. */
  after(tried: Tried): IamError {
    return new IamError(this.told, tried);
  }

  /** The same without credentials in it. */
  redacted(secrets: readonly string[], reads: boolean): IamError {
    return new IamError(redactedTold({ ...this.told, reads }, secrets), this.tried);
  }
}

function wayOf(told: Told): Way | undefined {
  return (told.by?.ways ?? WAYS).find(({ when }) => when(told));
}

function sentence(told: Told, tried: Tried | undefined): string {
  const shown = told.code === NOT_SENT || told.code === NOT_SHOWN ? undefined : told.code;
  const answer = [told.status, shown].filter((each) => each !== undefined).join(" ");
  const said = told.said.trim().replace(/[.\s]+$/, "");
  const { name } = told.by ?? { name: "IAM" };
  const again = tried && tried.tries > 1 && `Tried ${tried.tries} times in ${seconds(tried.elapsed)} s`;
  const transaction = told.transactionId && `Transaction-Id: ${told.transactionId}`;
  return [
    `${subjectOf(told, name)}${answer && ` (${answer})`}: ${said}`,
    again,
    wayOf(told)?.hint,
    transaction,
  ]
    .filter(Boolean)
    .join(". ");
}

function subjectOf({ status, code, stale }: Told, name: string): string {
  if (status !== undefined) return `${name} ${outcomeOf({ status }) === "unknown" ? "failed" : "refused"}`;
  if (code === UNREADABLE) return `${name}'s answer cannot be read`;
  if (code === NOT_SHOWN) return `${name} is behind`;
  return stale ? `${name} was not asked` : `${name} could not be asked`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0);
}

/** The same error after a call that may have been carried out although no good answer came. */
export function inDoubt(error: unknown, unknownSince: number | undefined): unknown {
  if (unknownSince === undefined) return error;
  if (error instanceof IamError) return error.inDoubt(unknownSince);
  // What has the same scope and roles under another id keeps this one from having them: nothing is in doubt.
  if (error instanceof PolicyConflictError) return error;
  const [code, message] = [codeOf(error), error instanceof Error ? error.message : String(error)];
  return new CodedError(code, message, { cause: error, outcomeUnknown: true });
}

/** IAM holds a policy that says the same: the same scope and roles, under another id. */
export class PolicyConflictError extends CodedError {
  readonly policy: HeldPolicy;
  declare readonly cause: IamError;

  constructor(policy: HeldPolicy, cause: IamError) {
    super("already-exists", cause.message, { cause });
    this.policy = policy;
  }
}

/** What a call of another service than IAM threw. */
export class OtherServiceError extends Error {
  readonly by: OtherService;

  constructor(by: OtherService, cause: unknown) {
    super(`${by.name} failed`, { cause });
    this.by = by;
  }
}

/** What kept a call from being sent: its outcome isn't in doubt. */
export class NotSentError extends Error {
  constructor(cause: unknown) {
    super("not sent", { cause });
  }
}

/**
 * Turns whatever IBM's SDK threw into an `IamError`; credentials are cut out of it.
 *
 * @param reads whether the call only reads what IAM holds or offers
 */
export function toIamError(thrown: unknown, secrets: readonly string[], reads = false): IamError {
  if (thrown instanceof IamError) return thrown.redacted(secrets, reads);
  if (thrown instanceof NotSentError) return toIamError(thrown.cause, secrets, true);
  const { by, cause } = thrown instanceof OtherServiceError ? thrown : { by: undefined, cause: thrown };
  if (by && cause instanceof NotSentError) return toIamError(cause, secrets, true);
  return new IamError(redactedTold({ ...tell(cause), reads, by }, secrets));
}

/** The longest reason that is quoted, and the longest code or id, in characters. */
const REASON = 500;
const CODE = 100;

function redactedTold(told: Told, secrets: readonly string[]): Told {
  const short = (text: string | undefined) => (text === undefined ? undefined : quote(text, secrets, CODE));
  return {
    ...told,
    code: short(told.code),
    said: quote(told.said, secrets, REASON),
    transactionId: short(told.transactionId),
    conflict: redactedJson(told.conflict, secrets),
  };
}

/** The same JSON without credentials in its texts. */
function redactedJson(value: unknown, secrets: readonly string[]): unknown {
  if (value === undefined) return undefined;
  return JSON.parse(JSON.stringify(value), (_key, each: unknown) =>
    typeof each === "string" ? redact(each, secrets) : each,
  );
}

/** Two answers tell of two versions of a policy, so it is not replaced: nothing was sent, and nothing is in doubt. */
export function changedWhileRead(id: string, one: string, other: string): IamError {
  const said = `policy ${id} changed between two reads (${one}, then ${other})`;
  return new IamError({ said, stale: true, reads: true });
}

/**
 * An answer with a good status that is none of IAM's, such as a proxy's page.
 *
 * @param what what it should answer
 * @param by who was asked, where it was not IAM
 */
export function notIamsAnswer(what: string, headers: unknown, by?: OtherService): IamError {
  return new IamError({
    code: UNREADABLE,
    said: `the answer to ${what} is not the JSON that ${by?.name ?? "IAM"} documents`,
    transactionId: headerOf(headers, "transaction-id"),
    answeredAt: dateOf(headers),
    by,
  });
}
