import { expect } from "chai";
import { diffInputs } from "../../src/provider/diff";
import type { Inputs, State } from "../../src/provider/types";
import { UNKNOWN } from "../../src/provider/values";
import { ACCOUNT, bucketInputs, COS, EN, GROUP, KMS, OTHER_ACCOUNT } from "../support/inputs";

const unknown: never = UNKNOWN as never;

function currentState(): State {
  const { source, target, roles } = bucketInputs();
  return {
    source: { serviceName: "event-notifications", accountId: ACCOUNT, ...source },
    target: { accountId: ACCOUNT, ...target },
    roles,
    description: "why",
    state: "active",
    href: "https://iam.example/v2/policies/1",
  };
}

function wanted(change: (inputs: Inputs & { roles: string[] }) => void = () => undefined): Inputs {
  const inputs = { ...bucketInputs(), description: "why" };
  inputs.source.serviceName = "event-notifications";
  change(inputs);
  return inputs;
}

const CHANGES: [title: string, wanted: Inputs, changed: string[], replaces: string[]][] = [
  ["nothing", wanted(), [], []],
  ["the order and case of roles", wanted((i) => (i.roles = ["OBJECT writer", "reader", "Reader"])), [], []],
  ["the explicit account of the credentials", wanted((i) => (i.source.accountId = ACCOUNT)), [], []],
  ["an additional role", wanted((i) => i.roles.push("Writer")), ["roles"], []],
  ["a removed role", wanted((i) => i.roles.pop()), ["roles"], []],
  ["another description", wanted((i) => (i.description = "else")), ["description"], []],
  ["no description", wanted((i) => delete i.description), ["description"], []],
  ["another source instance", wanted((i) => (i.source.serviceInstance = KMS)), ["source"], ["source"]],
  ["every source instance", wanted((i) => (i.source.serviceInstance = "*")), ["source"], ["source"]],
  ["another account's source", wanted((i) => (i.source.accountId = OTHER_ACCOUNT)), ["source"], ["source"]],
  [
    "a resource group for an instance",
    wanted((i) => (i.target = { serviceName: "cloud-object-storage", resourceGroupId: GROUP })),
    ["target"],
    ["target"],
  ],
  ["another bucket", wanted((i) => (i.target.resource = "b")), ["target"], ["target"]],
  ["no bucket", wanted((i) => delete i.target.resource), ["target"], ["target"]],
  ["another target account", wanted((i) => (i.target.accountId = OTHER_ACCOUNT)), ["target"], ["target"]],
  [
    "an attribute",
    wanted((i) => (i.target.attributes = [{ key: "a", operator: "stringEquals", value: "x" }])),
    ["target"],
    ["target"],
  ],
  [
    "a tag",
    wanted((i) => (i.target.tags = [{ key: "a", operator: "stringEquals", value: "x" }])),
    ["target"],
    ["target"],
  ],
  ["an unknown source", wanted((i) => (i.source = unknown)), ["source"], ["source"]],
  ["an unknown target", wanted((i) => (i.target = unknown)), ["target"], ["target"]],
  ["an unknown instance", wanted((i) => (i.target.serviceInstance = unknown)), ["target"], ["target"]],
  ["unknown roles", wanted((i) => (i.roles = unknown)), ["roles"], []],
  ["an unknown role", wanted((i) => (i.roles = ["Reader", unknown])), ["roles"], []],
  ["an unknown description", wanted((i) => (i.description = unknown)), ["description"], []],
  [
    "everything",
    {
      source: { serviceInstance: KMS },
      target: { serviceName: "kms", serviceInstance: EN },
      roles: ["Viewer"],
    },
    ["source", "target", "roles", "description"],
    ["source", "target"],
  ],
];

describe("diffInputs", () => {
  for (const [title, inputs, changed, replaces] of CHANGES) {
    it(`${replaces.length > 0 ? "replaces for" : changed.length > 0 ? "updates for" : "has no changes for"} ${title}`, () => {
      expect(diffInputs(currentState(), inputs)).to.deep.equal({ changed, replaces });
    });
  }

  it("replaces both sides if the state has none", () => {
    const incomplete = { state: "active" } as Partial<State> as State;
    expect(diffInputs(incomplete, wanted()).replaces).to.deep.equal(["source", "target"]);
  });

  it("replaces the authorization if its scope in IAM became narrower", () => {
    const state = currentState();
    state.target.tags = [{ key: "env", operator: "stringEquals", value: "prod" }];
    expect(diffInputs(state, wanted()).replaces).to.deep.equal(["target"]);
    expect(COS).to.equal(state.target.serviceInstance);
  });
});
