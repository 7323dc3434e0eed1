import { expect } from "chai";
import { IamError, toIamError } from "../../src/iam/errors";
import { DEFAULT_PACE, paceOf } from "../../src/iam/pace";
import { askUntil, persist } from "../../src/iam/retry";
import { failure, QUICK } from "../support/provider";

function answered(status: number, headers: Record<string, string> = {}): IamError {
  return toIamError({ status, statusText: "No", result: {}, headers }, []);
}

function unanswered(code: string): IamError {
  return toIamError({ statusText: code, message: `it said ${code}` }, []);
}

/** Work that fails with these errors, one after the other, and then succeeds. */
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

describe("persist", () => {
  const PASSES: [title: string, error: IamError][] = [
    ["429", answered(429)],
    ["429 with seconds", answered(429, { "retry-after": "0" })],
    ["429 with a date", answered(429, { "retry-after": new Date(Date.now() - 5_000).toUTCString() })],
    ["500", answered(500)],
    ["503", answered(503)],
    ["a reset connection", unanswered("ECONNRESET")],
    ["a time-out", unanswered("ECONNABORTED")],
  ];
  for (const [title, error] of PASSES) {
    it(`goes on after ${title}, as often as it takes`, async () => {
      const { work, tries } = failing(error, error, error, error, error);
      expect(await persist(work, QUICK)).to.equal("done");
      expect(tries()).to.equal(6);
    });
  }

  const STAYS: [title: string, error: Error][] = [
    ["400", answered(400)],
    ["403", answered(403)],
    ["409", answered(409)],
    ["501", answered(501)],
    ["a certificate", unanswered("DEPTH_ZERO_SELF_SIGNED_CERT")],
    ["what is no error of a call", new Error("boom")],
    ["a token file that is not there", toIamError(new Error("ENOENT: no such file"), [])],
  ];
  for (const [title, error] of STAYS) {
    it(`ends at once with ${title}`, async () => {
      const { work, tries } = failing(error, error);
      const { message } = await failure(persist(work, QUICK));
      expect(message).to.equal(error.message);
      expect(tries()).to.equal(1);
    });
  }

  it("tries three times where no connection comes about: the endpoint may be wrong", async () => {
    const refused = unanswered("ECONNREFUSED");
    const { work, tries } = failing(refused, refused, refused, refused);
    expect((await failure(persist(work, QUICK))).message).to.match(/Tried 3 times in [\d.]+ s/);
    expect(tries()).to.equal(3);
  });

  it("ends where the time is over, and where IAM asks to wait past its end", async () => {
    const busy = answered(503);
    const { work, tries } = failing(...Array<IamError>(10_000).fill(busy));
    expect((await failure(persist(work, { ...QUICK, retryTimeout: 50 }))).message).to.match(
      /Tried \d+ times/,
    );
    expect(tries()).to.be.greaterThan(1);
    const later = failing(answered(429, { "retry-after": "3600" }));
    await failure(persist(later.work, QUICK));
    expect(later.tries()).to.equal(1);
  });

  it("remembers that one of the tries may have been carried out", async () => {
    const { work } = failing(unanswered("ECONNRESET"), answered(403));
    const error = await failure(persist(work, QUICK));
    expect(error).to.be.instanceOf(IamError).and.to.include({ unsure: true, status: 403 });
    const sure = await failure(persist(failing(answered(429), answered(403)).work, QUICK));
    expect(sure).to.include({ unsure: false, status: 403 });
  });
});

describe("askUntil", () => {
  const inAWhile = () => Infinity;
  it("asks until an answer is taken", async () => {
    let asked = 0;
    const ask = () => Promise.resolve((asked += 1));
    expect(await askUntil(ask, (answer) => answer === 4, inAWhile, QUICK)).to.equal(4);
  });

  it("takes the last answer when the time is over, and the first where it is over already", async () => {
    let asked = 0;
    const ask = () => Promise.resolve((asked += 1));
    const end = Date.now() + 20;
    const soon = () => end;
    expect(await askUntil(ask, () => false, soon, QUICK))
      .to.equal(asked)
      .and.to.be.greaterThan(1);
    asked = 0;
    expect(
      await askUntil(
        ask,
        () => false,
        () => 0,
        QUICK,
      ),
    ).to.equal(1);
  });

  it("ends with an error of asking", async () => {
    const boom = () => Promise.reject(new Error("boom"));
    expect((await failure(askUntil(boom, () => true, inAWhile, QUICK))).message).to.equal("boom");
  });
});

describe("the pace", () => {
  const pace = (config: Record<string, string>) => paceOf({ config: (key) => config[key], env: {} });

  it("is the default one, or what the stack's configuration says in seconds", () => {
    expect(pace({})).to.deep.equal(DEFAULT_PACE);
    expect(pace({ "ibmcloud:requestTimeout": "2.5", "ibmcloud:retryTimeout": "10" })).to.include({
      requestTimeout: 2_500,
      retryTimeout: 10_000,
    });
  });

  for (const written of ["0", "-1", "x", "86401"]) {
    it(`cannot be ${written}`, () => {
      expect(() => pace({ "ibmcloud:retryTimeout": written })).to.throw(
        `ibmcloud:retryTimeout is ${written}: write seconds`,
      );
    });
  }
});
