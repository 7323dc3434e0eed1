import { expect } from "chai";
import { createApp } from "../../src/emulator/app";
import { operationOf } from "../../src/emulator/requests";

/** Parts whose members are functions without effect: no request is made. */
const PARTS = new Proxy({}, { get: () => new Proxy(() => undefined, { get: () => () => undefined }) });

/** The emulator's own endpoints, which calls() doesn't record. */
const OWN = ["/health", "/seed"];

describe("createApp", () => {
  it("has only routes with the name of an operation, which calls() records", () => {
    const { routes } = createApp(PARTS as Parameters<typeof createApp>[0]);
    const served = routes.filter(({ method, path }) => method !== "ALL" && !OWN.includes(path));
    expect(served).to.have.length.greaterThan(10);
    for (const { method, path } of served) {
      expect(operationOf(method, path.replaceAll(/:\w+/g, "id")), `${method} ${path}`).not.to.equal(
        "unknown",
      );
    }
  });
});
