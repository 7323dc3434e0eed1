import { expect } from "chai";
import { DeadlineError, withDeadline } from "../../src/iam/deadline";
import { failure } from "../support/provider";

const never = () => new Promise<string>(() => undefined);
const soon = async (milliseconds: number) => {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return "done";
};

describe("withDeadline", () => {
  it("passes on a result in time, and an error", async () => {
    expect(await withDeadline(10_000, undefined, ({ within }) => within(soon(1)))).to.equal("done");
    const boom = withDeadline(10_000, undefined, ({ within }) => within(Promise.reject(new Error("boom"))));
    expect((await failure(boom)).message).to.equal("boom");
  });

  it("ends work that never finishes, and all work that starts later", async () => {
    await withDeadline(10.5, undefined, async ({ within, left, sleep }) => {
      expect(await failure(within(never()))).to.be.instanceOf(DeadlineError);
      expect(await failure(within(never()))).to.be.instanceOf(DeadlineError);
      await sleep(1_000_000);
      expect(left()).to.equal(0);
    });
  });

  it("ends a sleep", async () => {
    await withDeadline(10, undefined, ({ sleep }) => sleep(1_000_000));
  });

  describe("if the run is cancelled", () => {
    it("ends a sleep, and returns from later ones at once", async () => {
      const cancel = new AbortController();
      await withDeadline(1_000_000, cancel.signal, async ({ sleep, isCancelled }) => {
        setTimeout(() => cancel.abort(), 5);
        await sleep(1_000_000);
        expect(isCancelled()).to.equal(true);
        await sleep(1_000_000);
      });
    });

    it("lets a call in flight and a later one finish", async () => {
      const cancel = new AbortController();
      await withDeadline(1_000_000, cancel.signal, async ({ within, left }) => {
        setTimeout(() => cancel.abort(), 5);
        expect(await within(soon(30))).to.equal("done");
        expect(await within(soon(1))).to.equal("done");
        expect(left()).to.be.within(1, 10_000);
      });
    });

    it("has little time left if it starts afterwards", async () => {
      await withDeadline(1_000_000, AbortSignal.abort(), async ({ within, left }) => {
        expect(left()).to.be.within(1, 10_000);
        expect(await within(soon(1))).to.equal("done");
      });
    });
  });
});
