import { expect } from "chai";
import { withDeadline, type Deadline } from "../../src/iam/deadline";
import { IamError, toIamError } from "../../src/iam/errors";
import { TIMED_OUT, UNREADABLE } from "../../src/iam/outcome";
import { DEFAULT_TIMEOUTS, timeoutsFrom } from "../../src/iam/config";
import type { Timeouts } from "../../src/iam/types";
import { pollUntil, withRetry } from "../../src/iam/retry";
import { failure, QUICK } from "../support/provider";

function answered(status: number, headers: Record<string, string> = {}): IamError {
  return toIamError({ status, statusText: "No", result: {}, headers }, []);
}

function unanswered(code: string): IamError {
  return toIamError({ statusText: code, message: `the code is ${code}` }, []);
}

/** Returns work that fails with these errors in turn, and then succeeds. */
function failing(...errors: Error[]): { work: () => Promise<string>; tries: () => number } {
  let tries = 0;
  return {
    tries: () => tries,
    work: () => {
      const error = errors[tries];
      tries += 1;
      return error ? Promise.reject(error) : Promise.resolve("done");
    },
  };
}

interface Options extends Partial<Timeouts> {
  isRead?: boolean;
  repeatsUnknown?: boolean;
  cancelled?: AbortSignal;
}

function retried(work: () => Promise<string>, options: Options = {}): Promise<string> {
  const { isRead = false, repeatsUnknown = true, cancelled, ...more } = options;
  const timeouts = { ...QUICK, retryTimeout: 10_000, ...more };
  return withDeadline(timeouts.retryTimeout, cancelled, (deadline) =>
    withRetry(work, { deadline, timeouts, isRead, repeatsUnknown }),
  );
}

describe("withRetry", () => {
  const RETRYABLE: [title: string, error: IamError][] = [
    ["408", answered(408)],
    ["429", answered(429)],
    ["429 with seconds", answered(429, { "retry-after": "0" })],
    ["429 with a date", answered(429, { "retry-after": new Date(Date.now() - 5_000).toUTCString() })],
    ["500", answered(500)],
    ["503", answered(503)],
    ["a reset connection", unanswered("ECONNRESET")],
    ["a timeout", unanswered(TIMED_OUT)],
    ["an answer that can't be read", unanswered(UNREADABLE)],
    ["an unknown code", unanswered("HPE_INVALID_CONSTANT")],
  ];
  for (const [title, error] of RETRYABLE) {
    it(`retries ${title}`, async () => {
      const { work, tries } = failing(error, error, error, error, error);
      expect(await retried(work)).to.equal("done");
      expect(tries()).to.equal(6);
    });
  }

  const FINAL: [title: string, error: Error][] = [
    ["400", answered(400)],
    ["403", answered(403)],
    ["409", answered(409)],
    ["501", answered(501)],
    ["a certificate", unanswered("DEPTH_ZERO_SELF_SIGNED_CERT")],
    ["plain HTTP where TLS was expected", unanswered("EPROTO")],
    ["an error that is not of a call", new Error("boom")],
    ["a token file that does not exist", toIamError(new Error("ENOENT: no such file"), [])],
  ];
  for (const [title, error] of FINAL) {
    it(`does not retry ${title}`, async () => {
      const { work, tries } = failing(error, error);
      const { message } = await failure(retried(work));
      expect(message).to.equal(error.message);
      expect(tries()).to.equal(1);
    });
  }

  const LIMITED: [title: string, code: string, tries: number][] = [
    ["if no connection can be established: the endpoint may be wrong", "ECONNREFUSED", 3],
    ["if responses can't be read: a proxy may send the same page each time", UNREADABLE, 6],
  ];
  for (const [title, code, most] of LIMITED) {
    it(`tries ${most} times ${title}`, async () => {
      const { work, tries } = failing(...Array<IamError>(most + 1).fill(unanswered(code)));
      expect((await failure(retried(work))).message).to.match(new RegExp(`Tried ${most} times in [\\d.]+ s`));
      expect(tries()).to.equal(most);
    });
  }

  it("stops at the deadline, or at once if Retry-After exceeds it", async () => {
    const { work, tries } = failing(...Array<IamError>(10_000).fill(answered(503)));
    const error = await failure(retried(work, { retryTimeout: 50 }));
    expect(error.message).to.match(/503.*Tried \d+ times/);
    expect(tries()).to.be.greaterThan(1);
    const later = failing(answered(429, { "retry-after": "3600" }));
    await failure(retried(later.work));
    expect(later.tries()).to.equal(1);
  });

  it("stops at the deadline without a response: the outcome of a write is unknown, that of a read is not", async () => {
    const never = () => new Promise<string>(() => undefined);
    expect(await failure(retried(never, { retryTimeout: 20 }))).to.include({
      code: "no-answer",
      outcomeUnknown: true,
    });
    const read = await failure(retried(never, { retryTimeout: 20, isRead: true }));
    expect(read).to.include({ code: "no-answer", outcomeUnknown: false });
  });

  it("throws IAM's last error if the deadline ends the next attempt", async () => {
    let tries = 0;
    const work = () =>
      (tries += 1) === 1 ? Promise.reject(answered(503)) : new Promise<string>(() => undefined);
    expect(await failure(retried(work, { retryTimeout: 50 }))).to.include({
      status: 503,
      outcomeUnknown: true,
    });
  });

  it("has an unknown outcome if an earlier attempt may have taken effect", async () => {
    const { work } = failing(unanswered("ECONNRESET"), answered(403));
    const error = await failure(retried(work));
    expect(error).to.be.instanceOf(IamError).and.to.include({ outcomeUnknown: true, status: 403 });
    const sure = await failure(retried(failing(answered(429), answered(403)).work));
    expect(sure).to.include({ outcomeUnknown: false, status: 403 });
  });

  it("does not repeat a call with an unknown outcome if repeatsUnknown is false", async () => {
    const { work, tries } = failing(answered(429), unanswered("ECONNRESET"));
    expect(await failure(retried(work, { repeatsUnknown: false }))).to.include({ outcomeUnknown: true });
    expect(tries()).to.equal(2);
  });

  it("does not retry after the run is cancelled", async () => {
    const cancel = new AbortController();
    const { work, tries } = failing(...Array<IamError>(10).fill(answered(503)));
    const cancelling = () => {
      if (tries() === 2) cancel.abort();
      return work();
    };
    expect(await failure(retried(cancelling, { cancelled: cancel.signal }))).to.include({ status: 503 });
    expect(tries()).to.equal(3);
  });
});

describe("a call that is cut off", () => {
  const hanging = () => new Promise<string>(() => undefined);

  it("names the cancelled run, and not the network, as the reason", async () => {
    const cancel = new AbortController();
    // A cancelled run leaves a call at most the rest of its time.
    const call = retried(hanging, { retryTimeout: 50, cancelled: cancel.signal });
    cancel.abort();
    const error = await failure(call);
    expect(error).to.include({ code: "cancelled", outcomeUnknown: true });
    expect(error.message).to.not.include("requestTimeout");
  });

  it("names the time limits as the reason if the run goes on", async () => {
    const error = await failure(retried(hanging, { retryTimeout: 50 }));
    expect(error).to.include({ code: "no-answer", outcomeUnknown: true });
    expect(error.message).to.include("requestTimeout");
  });
});

describe("pollUntil", () => {
  const polled = <Answer>(
    ask: () => Promise<Answer>,
    isAccepted: (answer: Answer) => boolean,
    left: (answer: Answer) => number = () => Infinity,
    timeouts: Timeouts = { ...QUICK, propagation: 10_000 },
    cancelled?: AbortSignal,
  ) =>
    withDeadline(10_000, cancelled, (deadline: Deadline) =>
      pollUntil(ask, isAccepted, left, { deadline, timeouts }),
    );
  const counting = () => {
    let asked = 0;
    return { ask: () => Promise.resolve((asked += 1)), asked: () => asked };
  };

  it("polls until an answer is accepted", async () => {
    expect(await polled(counting().ask, (answer) => answer === 4)).to.equal(4);
  });

  it("returns the first answer after which no time is left", async () => {
    const { ask, asked } = counting();
    const answer = await polled(
      ask,
      () => false,
      (each) => (each < 3 ? 1_000 : 0),
    );
    expect([answer, asked()]).to.deep.equal([3, 3]);
  });

  it("stops after the propagation time, even if the answers leave more", async () => {
    const { ask, asked } = counting();
    const answer = await polled(
      ask,
      () => false,
      () => Infinity,
      { ...QUICK, propagation: 20 },
    );
    expect(answer).to.equal(asked()).and.to.be.greaterThan(1);
  });

  it("asks once if the run is cancelled", async () => {
    expect(await polled(counting().ask, () => false, undefined, undefined, AbortSignal.abort())).to.equal(1);
  });

  it("throws the error of a read", async () => {
    const boom = () => Promise.reject(new Error("boom"));
    expect((await failure(polled(boom, () => true))).message).to.equal("boom");
  });
});

describe("timeoutsFrom", () => {
  const timeouts = (config: Record<string, string>) =>
    timeoutsFrom({ config: (key) => config[key], env: {} });

  it("returns the defaults, or the seconds in the stack's configuration", () => {
    expect(timeouts({})).to.deep.equal(DEFAULT_TIMEOUTS);
    expect(timeouts({ "ibmcloud:requestTimeout": "2.5", "ibmcloud:retryTimeout": "10" })).to.include({
      requestTimeout: 2_500,
      retryTimeout: 10_000,
    });
  });

  for (const written of ["0", "-1", "x", "86401"]) {
    it(`refuses ${written}`, () => {
      expect(() => timeouts({ "ibmcloud:retryTimeout": written })).to.throw(
        `ibmcloud:retryTimeout is ${written}, but must be a number of seconds`,
      );
    });
  }
});
