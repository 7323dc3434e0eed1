import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

const ACCOUNT = "a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3";
const EVENT_NOTIFICATIONS = "3d7fca4b-6f0e-4f6b-9b0a-0c9f6d1f00e1";
const ARCHIVE = "5c1d2e3f-7a1b-4c2d-8e3f-1a2b3c4d00c1";

/** The results of the program's lookups, by token. */
const LOOKUPS: Record<string, object> = {
  "ibm-en-authorization:index:getServiceInstance": {
    guid: ARCHIVE,
    crn: `crn:v1:bluemix:public:cloud-object-storage:global:a/${ACCOUNT}:${ARCHIVE}::`,
  },
};

function valueOf<Value>(output: pulumi.Output<Value>): Promise<Value> {
  return new Promise((resolve) => output.apply(resolve));
}

describe("the authorization for failed events", () => {
  let program: typeof import("./index");

  before(async () => {
    await pulumi.runtime.setMocks(
      {
        newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs }),
        call: ({ token }) => LOOKUPS[token] ?? {},
      },
      "events",
    );
    pulumi.runtime.setAllConfig({ "events:eventNotifications": EVENT_NOTIFICATIONS });
    // The program must not load before the mocks are set.
    program = require("./index");
  });

  it("gives one instance access to one instance", async () => {
    const { source, target } = program.failedEvents;
    expect(await valueOf(source)).to.deep.equal({
      accountId: ACCOUNT,
      serviceName: "event-notifications",
      serviceInstance: EVENT_NOTIFICATIONS,
    });
    expect(await valueOf(target)).to.deep.equal({
      accountId: ACCOUNT,
      serviceName: "cloud-object-storage",
      serviceInstance: ARCHIVE,
    });
  });

  it("grants only the documented roles", async () => {
    expect(await valueOf(program.failedEvents.roles)).to.have.members(["Object Writer", "Reader"]);
  });
});
