import { redact } from "./redact";
import { dateOf, headerOf, isTls, LOST, NOT_CONNECTED, tell, UNREADABLE, type Told } from "./told";
import { WAYS, type OtherService } from "./ways";

/** How a call went on after it failed. */
interface Tried {
  tries: number;
  /** Milliseconds since the first try. */
  elapsed: number;
  /** Whether any of the tries may have been carried out although no good answer came. */
  unsure: boolean;
}

/** A call to IAM that failed. The message is IAM's reason and code, what to do next, and the transaction's id. */
export class IamError extends Error {
  readonly told: Told;
  /** Whether the call may have been carried out although no good answer came. */
  readonly unsure: boolean;
  private readonly tried?: Tried;

  constructor(told: Told, tried?: Tried, options?: ErrorOptions) {
    super(sentence(told, tried), options);
    this.name = "IamError";
    this.told = told;
    this.tried = tried;
    this.unsure = tried?.unsure ?? mayBeDone(told);
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

  /** Whether IAM says that it holds no such policy; a gateway's 404 says nothing about it. */
  get isPolicyNotFound(): boolean {
    return this.told.status === 404 && ["policy_not_found", "not_found"].includes(this.told.code ?? "");
  }

  /** How long IAM asks to wait, in milliseconds. */
  get retryAfter(): number | undefined {
    return this.told.retryAfter;
  }

  /** Whether the same call may succeed a while later. */
  get passes(): boolean {
    const { status, code } = this.told;
    if (status === undefined) return [...NOT_CONNECTED, ...LOST].some((each) => each === code);
    return status === 429 || (status >= 500 && status !== 501);
  }

  /** Whether the call got as far as IAM. */
  get connected(): boolean {
    return this.told.status !== undefined || !NOT_CONNECTED.includes(this.told.code ?? "");
  }

  /** The same, known to mean that somebody else changed the policy meanwhile: IAM may say so as a conflict. */
  asStale(): IamError {
    return new IamError({ ...this.told, stale: true }, undefined, { cause: this.cause });
  }

  /** The same after another call that may have been carried out although no good answer came. */
  inDoubt(): IamError {
    return this.after({ ...(this.tried ?? { tries: 1, elapsed: 0 }), unsure: true });
  }

  /** The same after it was tried again: IAM said this last. */
  after(tried: Tried): IamError {
    return new IamError(this.told, tried, { cause: this.cause });
  }
}

function mayBeDone({ status, code }: Told): boolean {
  if (status === undefined) return !NOT_CONNECTED.includes(code ?? "") && !isTls(code);
  return status >= 500;
}

function sentence(told: Told, tried: Tried | undefined): string {
  const answer = [told.status, told.code].filter((each) => each !== undefined).join(" ");
  const said = told.said.trim().replace(/[.\s]+$/, "");
  const { name, ways } = told.by ?? { name: "IAM", ways: WAYS };
  const way = ways.find(([known]) => known(told))?.[1];
  const again = tried && tried.tries > 1 && `Tried ${tried.tries} times in ${seconds(tried.elapsed)} s`;
  const transaction = told.transactionId && `Transaction-Id: ${told.transactionId}`;
  const missing = told.stale ? "was not asked" : "could not be asked";
  const subject = told.status === undefined ? missing : "refused";
  return [`${name} ${subject}${answer && ` (${answer})`}: ${said}`, again, way, transaction]
    .filter(Boolean)
    .join(". ");
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0);
}

/** What a call of another service than IAM threw. */
export class OtherServiceError extends Error {
  readonly by: OtherService;

  constructor(by: OtherService, cause: unknown) {
    super(`${by.name} failed`, { cause });
    this.by = by;
  }
}

/**
 * Turns whatever IBM's SDK threw into an `IamError`; credentials are cut out of it.
 *
 * @param reads whether the call only reads what IAM holds or offers
 */
export function toIamError(thrown: unknown, secrets: readonly string[], reads = false): IamError {
  if (thrown instanceof IamError) return thrown;
  const { by, cause } = thrown instanceof OtherServiceError ? thrown : { by: undefined, cause: thrown };
  const told = tell(cause);
  return new IamError({ ...told, said: redact(told.said, secrets), reads, by });
}

/** Two answers tell of two versions of a policy, so it is not replaced: nothing was sent, and nothing is in doubt. */
export function changedWhileRead(id: string, one: string, other: string): IamError {
  const said = `by one answer the policy ${id} was changed at ${one}, by the next one at ${other}`;
  return new IamError({ said, stale: true }, { tries: 1, elapsed: 0, unsure: false });
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
