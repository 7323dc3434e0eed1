import { expect } from "chai";
import type { Iam } from "../../../src/iam";
import type { Policy } from "../../../src/iam/types";
import {
  compareWithIam,
  judgeNew,
  wantedOf,
  type Findings,
  type Run,
  type Wanted,
} from "../../../src/provider/check/existing";
import { CodedError } from "../../../src/shared/coded-error";
import { UNKNOWN } from "../../../src/provider/values";
import { INPUTS, policy, READER, WRITER } from "../../support/context";
import { ACCOUNT, COS, KMS } from "../../support/inputs";

const OFFERED = [READER, WRITER];
const NO_OWNER: Run["ownership"] = {
  isOwned: () => false,
  isDeleting: () => false,
  isKeptUnchanged: () => false,
};
const RUN: Run = {
  ownership: NO_OWNER,
  iamId: "iam-me",
  adoptsOwn: false,
  isReplacement: false,
  deletesFirst: false,
};

const owned = (...states: (keyof Run["ownership"])[]): Partial<Run> => ({
  ownership: Object.fromEntries(
    Object.keys(NO_OWNER).map((name) => [name, () => states.some((each) => each === name)]),
  ) as unknown as Run["ownership"],
});

function wanted(changes: object = {}, offered = OFFERED): Wanted {
  const found = wantedOf({ ...INPUTS, ...changes }, ACCOUNT, offered);
  if (!found) throw new Error("the scope is known");
  return found;
}

/** Policies with the scope of `INPUTS`. */
const same = policy();
const writes = policy({ id: "two", roleIds: [WRITER.crn], roleNames: { [WRITER.crn]: "Writer" } });
const ofService = policy({ id: "three", createdById: "crn-crn:v1:x" });
const ofTemplate = policy({ id: "four", template: { id: "t" } });
/** The same meaning in another form: all instances of the target. */
const everyInstance = { target: { ...INPUTS.target, serviceInstance: "*" } };
const exists = policy({
  id: "five",
  resource: {
    attributes: policy().resource.attributes.map((each) =>
      each.key === "serviceInstance" ? { ...each, operator: "stringExists", value: true } : each,
    ),
  },
});
const elsewhere = policy({
  id: "six",
  resource: {
    attributes: policy().resource.attributes.map((each) =>
      each.value === COS ? { ...each, value: KMS } : each,
    ),
  },
});

interface Row {
  title: string;
  policies: Policy[];
  inputs?: object;
  run?: Partial<Run>;
  /** The property, the code and the sentence of the failure. */
  failure?: [property: string, code: string, reason: RegExp];
  /** The only note. */
  note?: RegExp;
}

const TABLE: Row[] = [
  { title: "nothing", policies: [] },
  {
    title: "a duplicate",
    policies: [writes, same],
    failure: [
      "",
      "already-exists",
      /^the authorization already exists: one with Reader, .*iam-me.*adopt: "one"/,
    ],
  },
  {
    title: "a duplicate of a service",
    policies: [ofService],
    failure: ["", "already-exists", /three with Reader.*cannot be adopted/],
  },
  {
    title: "a duplicate that another resource keeps",
    policies: [same],
    run: owned("isOwned", "isKeptUnchanged"),
    failure: ["", "already-exists", /Another resource of this program owns it/],
  },
  {
    title: "a duplicate that this run deletes",
    policies: [same],
    run: owned("isDeleting"),
  },
  {
    title: "a duplicate whose resource may be replaced",
    policies: [same],
    run: { isReplacement: true },
  },
  {
    title: "a duplicate that an unchanged resource keeps, with the scope in state",
    policies: [same],
    run: { ...owned("isOwned", "isKeptUnchanged"), isReplacement: true },
    failure: ["", "already-exists", /Another resource of this program owns it/],
  },
  {
    title: "a duplicate that a changed resource keeps, with the scope in state",
    policies: [same],
    run: { ...owned("isOwned"), isReplacement: true },
  },
  {
    title: "a duplicate that Pulumi may delete first",
    policies: [same],
    run: { deletesFirst: true },
    note: /^IAM already has one with the same scope and roles .*: pulumi up fails unless it deletes one first$/,
  },
  {
    title: "a duplicate that an unchanged resource keeps, although Pulumi may delete first",
    policies: [same],
    run: { ...owned("isOwned", "isKeptUnchanged"), deletesFirst: true },
    failure: ["", "already-exists", /Another resource of this program owns it/],
  },
  {
    title: "other roles",
    policies: [writes, ofService],
    inputs: { roles: ["Reader", "Writer"] },
    note: /^IAM already has two with Writer and three with Reader for the same scope .*add up$/,
  },
  { title: "other roles of another resource", policies: [writes], run: owned("isOwned") },
  { title: "other roles of a resource that is replaced", policies: [writes], run: { isReplacement: true } },
  { title: "roles that are not known yet", policies: [same, writes], inputs: { roles: UNKNOWN } },
  {
    title: "the same meaning in another form",
    policies: [exists],
    inputs: everyInstance,
    note: /five with Reader.*add up/,
  },
  {
    title: "our duplicate, with IBMCLOUD_ADOPT_OWN",
    policies: [same],
    run: { adoptsOwn: true },
    note: /^pulumi up takes over one \(event-notifications -> cloud-object-storage\): roles unchanged; description unchanged$/,
  },
  {
    title: "another user's duplicate, with IBMCLOUD_ADOPT_OWN",
    policies: [policy({ createdById: "IBMid-else" })],
    run: { adoptsOwn: true },
    failure: ["", "already-exists", /created by IBMid-else/],
  },
];

const ADOPTIONS: Row[] = [
  {
    title: "true: a policy with the same roles",
    policies: [same],
    inputs: { adopt: true, description: "why" },
    note: /takes over one .*: roles unchanged; description set$/,
  },
  {
    title: "true: a policy with other roles and a description",
    policies: [{ ...writes, description: "theirs" }],
    inputs: { adopt: true },
    note: /takes over two .*: Reader added; Writer removed; description cleared$/,
  },
  {
    title: "true: without roles in the program",
    policies: [{ ...writes, description: "theirs" }],
    inputs: { adopt: true, roles: undefined, description: "ours" },
    note: /takes over two .*: roles unchanged; description changed$/,
  },
  {
    title: "true: roles and description are not known yet",
    policies: [writes],
    inputs: { adopt: true, roles: UNKNOWN, description: UNKNOWN },
    note: /takes over two .*: roles not known yet; description not known yet$/,
  },
  {
    title: "true: no policy",
    policies: [],
    inputs: { adopt: true },
    note: /^pulumi up creates a new authorization \(event-notifications \(.*\) -> cloud-object-storage \(.*\)\): adopt found none/,
  },
  {
    title: "true: no policy, and no roles for a new one",
    policies: [],
    inputs: { adopt: true, roles: undefined, target: { ...INPUTS.target, serviceName: "messagehub" } },
    failure: ["roles", "roles-missing", /roles is required to create one/],
  },
  {
    title: "true: several policies",
    policies: [same, writes],
    inputs: { adopt: true },
    failure: ["adopt", "adopt-ambiguous", /^2 authorizations have this scope.*"one", "two"$/],
  },
  {
    title: "true: several policies, of which Pulumi may delete one first",
    policies: [same, writes],
    inputs: { adopt: true },
    run: { deletesFirst: true },
  },
  {
    title: "true: several policies, of which another resource may give up one",
    policies: [same, writes],
    inputs: { adopt: true },
    run: { isReplacement: true },
  },
  {
    title: "true: a policy that a template manages, with the same roles",
    policies: [ofTemplate],
    inputs: { adopt: true },
    failure: ["", "already-exists", /enterprise policy template manages it/],
  },
  {
    title: "true: a policy that another resource keeps",
    policies: [same],
    inputs: { adopt: true },
    run: owned("isOwned", "isKeptUnchanged"),
    failure: ["", "already-exists", /Another resource of this program owns it/],
  },
  {
    title: "true: the same meaning in another form",
    policies: [exists],
    inputs: { adopt: true, ...everyInstance },
    failure: [
      "adopt",
      "adopt-other-scope",
      /^authorization five already grants .*Differences: .*target\.serviceInstance is not set in IAM, and "\*" here.*target\.attributes is \[\{"key":"serviceInstance","operator":"stringExists","value":true\}\] in IAM, and not set here/,
    ],
  },
  {
    title: "true: the same scope, beside the same meaning in another form",
    policies: [exists, policy({ id: "all", resource: wanted(everyInstance).body.resource })],
    inputs: { adopt: true, ...everyInstance },
    note: /takes over all /,
  },
  {
    title: "an id: the policy",
    policies: [same, writes],
    inputs: { adopt: "two" },
    note: /takes over two .*: Reader added; Writer removed; description unchanged$/,
  },
  {
    title: "an id: no such policy",
    policies: [same],
    inputs: { adopt: "nine" },
    failure: ["adopt", "adopt-not-found", /adopt names policy nine, which does not exist/],
  },
  {
    title: "an id: another scope",
    policies: [elsewhere],
    inputs: { adopt: "six" },
    failure: [
      "adopt",
      "adopt-other-scope",
      new RegExp(`Differences: target.serviceInstance is "${KMS}" in IAM, and "${COS}" here$`),
    ],
  },
  {
    title: "an id: a policy of a service",
    policies: [ofService],
    inputs: { adopt: "three" },
    failure: ["adopt", "managed-elsewhere", /a service created it/],
  },
  {
    title: "an id: a policy that this run deletes",
    policies: [same],
    inputs: { adopt: "one" },
    run: owned("isDeleting"),
    failure: ["adopt", "being-removed", /which this run is deleting/],
  },
  {
    title: "an id: a policy that another resource keeps",
    policies: [same],
    inputs: { adopt: "one" },
    run: owned("isOwned", "isKeptUnchanged"),
    failure: ["adopt", "held-twice", /another resource of this program owns the same authorization \(one\)/],
  },
];

function expectRow({ failures, notes }: Findings, { failure, note }: Row): void {
  expect(failures.map(({ property, code }) => [property, code])).to.deep.equal(
    failure ? [failure.slice(0, 2)] : [],
  );
  if (failure) expect(failures[0]?.reason).to.match(failure[2]);
  expect(notes, notes.join("\n")).to.have.length(note ? 1 : 0);
  if (note) expect(notes[0]).to.match(note);
}

describe("judgeNew", () => {
  for (const row of TABLE) {
    it(`judges a new resource if IAM has ${row.title}`, () => {
      expectRow(judgeNew(row.policies, wanted(row.inputs), { ...RUN, ...row.run }), row);
    });
  }
  for (const row of ADOPTIONS) {
    it(`judges adopt: ${row.title}`, () => {
      expectRow(judgeNew(row.policies, wanted(row.inputs), { ...RUN, ...row.run }), row);
    });
  }

  it("never shows a description", () => {
    const secrets = wanted({ adopt: true, description: "ours-12345" });
    const { notes } = judgeNew([{ ...same, description: "theirs-12345" }], secrets, RUN);
    expect(notes.join()).to.include("description changed").and.not.to.include("12345");
  });
});

describe("wantedOf", () => {
  const UNKNOWNS: [title: string, inputs: object][] = [
    ["the source", { source: { ...INPUTS.source, serviceInstance: UNKNOWN } }],
    ["the target", { target: UNKNOWN }],
    ["adopt", { adopt: UNKNOWN }],
  ];
  for (const [title, inputs] of UNKNOWNS) {
    it(`returns nothing while ${title} is unknown`, () => {
      expect(wantedOf({ ...INPUTS, ...inputs }, ACCOUNT, OFFERED)).to.equal(undefined);
    });
  }

  it("has no roles if IAM offers none, unless they are CRNs", () => {
    expect(wanted({}, []).crns).to.equal(undefined);
    expect(wanted({ roles: [READER.crn] }, []).crns).to.deep.equal([READER.crn]);
  });
});

describe("compareWithIam", () => {
  /** Returns an IAM whose policies are `current`, and the ids that were read. */
  function iamOf(current: Policy[]) {
    const read: string[] = [];
    const find = (id: string) => Promise.resolve(current.find((each) => each.id === id));
    const iam: Partial<Iam> = {
      adoptsOwn: false,
      identity: () => Promise.resolve({ accountId: ACCOUNT, iamId: "iam-me" }),
      readPolicy: find,
      getPolicy: (id) => {
        read.push(id);
        return find(id);
      },
    };
    return { iam: iam as Iam, read };
  }
  const compare = (iam: Iam, found: Policy[], inputs: object = {}) =>
    compareWithIam(iam, wanted(inputs), found, {
      ownership: NO_OWNER,
      isReplacement: false,
      deletesFirst: false,
    });

  it("reads nothing again for a note", async () => {
    const { iam, read } = iamOf([same, writes]);
    const { notes } = await compare(iam, [writes]);
    expect([notes.length, read]).to.deep.equal([1, []]);
    expect((await compare(iam, [same], { adopt: true })).notes).to.have.length(1);
    expect((await compare(iam, [], { adopt: "two" })).notes).to.have.length(1);
    expect(read).to.deep.equal([]);
  });

  it("reads a duplicate again before it refuses", async () => {
    const { iam, read } = iamOf([same]);
    expect((await compare(iam, [same])).failures).to.have.length(1);
    expect(read).to.deep.equal(["one"]);
  });

  it("refuses to adopt a policy of another type", async () => {
    const message = "policy two is not an authorization: its type is access";
    const readPolicy = () => Promise.reject(new CodedError("not-an-authorization", message));
    const { failures } = await compare({ ...iamOf([]).iam, readPolicy }, [], { adopt: "two" });
    expect(failures).to.deep.equal([{ property: "adopt", code: "not-an-authorization", reason: message }]);
  });

  const OUTDATED: [title: string, current: Policy[], found: Policy[], inputs: object][] = [
    ["a duplicate that was deleted", [], [same], {}],
    ["a duplicate whose roles changed", [{ ...writes, id: "one" }], [same], {}],
    ["one of several candidates that was deleted", [writes], [same, writes], { adopt: true }],
  ];
  for (const [title, current, found, inputs] of OUTDATED) {
    it(`does not refuse because of ${title} after the list`, async () => {
      expect((await compare(iamOf(current).iam, found, inputs)).failures).to.deep.equal([]);
    });
  }
});
