import { expect } from "chai";
import { startClaims } from "../../src/provider/claims";

describe("claims", () => {
  it("give nobody a policy that is about to be deleted, until each who began that took it back", () => {
    const claims = startClaims();
    const take = () => {
      claims.take("one");
    };
    const [spare, spareToo] = [claims.remove("one"), claims.remove("one")];
    expect(take).to.throw("this run removes the authorization one: run pulumi refresh");
    spare();
    expect(claims.isDoomed("one")).to.equal(true);
    expect(take).to.throw("this run removes");
    spareToo();
    take();
    expect(claims.holds("one")).to.equal(true);
  });
});
