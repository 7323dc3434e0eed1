import { expect } from "chai";
import type { Policy } from "../../src/emulator";
import { edit } from "../support/iam-edits";
import { bucketInputs, COS } from "../support/inputs";
import { failure, startRig, type Rig } from "../support/provider";

const READER = "crn:v1:bluemix:public:iam::::serviceRole:Reader";

/** What was asked of IAM's policies since the last call of this. */
function policyCalls(rig: Rig): string[] {
  return rig.iam
    .calls()
    .map(({ operation }) => operation)
    .filter((operation) => operation.endsWith("Policy") || operation.endsWith("Policies"));
}

describe("an authorization that IAM holds already", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });

  it("is named with its roles, who made it and when, and the ways on", async () => {
    const { id, state } = await rig.make(bucketInputs());
    const { message } = await failure(rig.make({ ...bucketInputs(), description: "else" }, rig.next()));
    for (const part of [
      "Cannot create the authorization (event-notifications -> cloud-object-storage)",
      "409 policy_conflict_error",
      `${id} with Object Writer, Reader, created by ${String(state.createdById)} at ${String(state.createdAt)}`,
      `adopt: "${id}"`,
      "aliases",
      "deleteBeforeReplace",
      "IBMCLOUD_ADOPT_OWN=true",
      "Transaction-Id: ",
    ]) {
      expect(message).to.include(part);
    }
    expect(rig.iam.policies()).to.have.length(1);
  });

  it("is a different one with other roles: IAM takes both", async () => {
    await rig.make(bucketInputs());
    await rig.make({ ...bucketInputs(), roles: ["Reader"] }, rig.next());
    expect(rig.iam.policies()).to.have.length(2);
  });

  it("that another resource of the same run makes is an error, before anything is sent", async () => {
    const [one, two] = await Promise.allSettled([rig.make(bucketInputs()), rig.make(bucketInputs())]);
    expect([one.status, two.status]).to.have.members(["fulfilled", "rejected"]);
    const { message } = await failure(rig.make(bucketInputs()));
    expect(message).to.include("another resource of this program declares the same authorization");
    expect(policyCalls(rig)).to.deep.equal(["createV2Policy"]);
  });

  it("that another resource of the same run keeps is an error that says so", async () => {
    const { id, state } = await rig.make(bucketInputs());
    const run = rig.next();
    await run.diff(id, state, await rig.checked(bucketInputs(), run));
    const { message } = await failure(rig.make(bucketInputs(), run));
    expect(message).to.include("Another resource of this program owns it").and.to.include("aliases");
  });

  it("that the credentials made in an interrupted run is taken where the run says so", async () => {
    const { id } = await rig.make({ ...bucketInputs(), description: "old" });
    const env = { IBMCLOUD_ADOPT_OWN: "true" };
    const taken = await rig.make({ ...bucketInputs(), description: "new" }, rig.next(env));
    expect(taken.id).to.equal(id);
    expect(rig.iam.policies()).to.have.length(1);
    expect(rig.iam.policies()[0]?.description).to.equal("new");
  });
});

describe("adopt: true", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });

  it("takes the one of this scope, whatever its roles, and brings it in line", async () => {
    const { id } = await rig.make({ ...bucketInputs(), roles: ["Writer"], description: "old" });
    const { id: taken, state } = await rig.make({ ...bucketInputs(), adopt: true }, rig.next());
    expect(taken).to.equal(id);
    expect(state).to.deep.include({ roles: ["Object Writer", "Reader"], adopt: true });
    expect(state).not.to.have.property("description");
    expect(rig.iam.policies().map(({ control }) => control.grant.roles.length)).to.deep.equal([2]);
    const next = rig.next();
    const wanted = await rig.checked({ ...bucketInputs(), adopt: true }, next);
    expect(await next.diff(id, state, wanted)).to.include({ changes: false });
  });

  it("makes one where there is none, and does not take one of another scope", async () => {
    await rig.make({ ...bucketInputs(), target: { ...bucketInputs().target, resource: "other" } });
    await rig.make({ ...bucketInputs(), adopt: true }, rig.next());
    expect(rig.iam.policies()).to.have.length(2);
  });

  it("fails where several have this scope, naming them", async () => {
    const one = await rig.make({ ...bucketInputs(), roles: ["Reader"] });
    const two = await rig.make({ ...bucketInputs(), roles: ["Writer"] });
    const { message } = await failure(rig.make({ ...bucketInputs(), adopt: true }, rig.next()));
    for (const { id } of [one, two]) expect(message).to.include(`"${id}"`);
    expect(rig.iam.policies().map(({ control }) => control.grant.roles.length)).to.deep.equal([1, 1]);
  });

  it("does not take what another resource of the run holds", async () => {
    const { id, state } = await rig.make(bucketInputs());
    const run = rig.next();
    await run.diff(id, state, await rig.checked(bucketInputs(), run));
    const { message } = await failure(rig.make({ ...bucketInputs(), adopt: true }, run));
    expect(message).to.include("Another resource of this program owns it");
  });

  it("lets only one of two resources take it", async () => {
    await rig.make({ ...bucketInputs(), roles: ["Writer"] });
    const run = rig.next();
    const settled = await Promise.allSettled([
      rig.make({ ...bucketInputs(), adopt: true }, run),
      rig.make({ ...bucketInputs(), adopt: true }, run),
    ]);
    expect(settled.map(({ status }) => status)).to.have.members(["fulfilled", "rejected"]);
    expect(rig.iam.policies()).to.have.length(1);
  });

  it("found by the error alone is taken too: somebody made it after the look", async () => {
    const run = rig.next();
    const wanted = await rig.checked({ ...bucketInputs(), adopt: true }, run);
    let id = "";
    rig.iam.inject({
      operation: "createV2Policy",
      meanwhile: async () => {
        ({ id } = await rig.make(bucketInputs(), rig.next()));
      },
    });
    expect((await run.create(wanted)).id).to.equal(id);
    expect(rig.iam.policies()).to.have.length(1);
  });
});

describe("adopt of an id", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });

  it("takes exactly that one", async () => {
    const { id } = await rig.make({ ...bucketInputs(), roles: ["Writer"] });
    await rig.make({ ...bucketInputs(), roles: ["Manager"] });
    const taken = await rig.make({ ...bucketInputs(), adopt: id }, rig.next());
    expect(taken.id).to.equal(id);
    expect(rig.iam.policies()[0]?.control.grant.roles).to.have.length(2);
    expect(rig.iam.policies()[1]?.control.grant.roles).to.have.length(1);
  });

  it("fails where there is none, or it has another scope", async () => {
    const missing = "11111111-0000-4000-8000-000000000000";
    expect((await failure(rig.make({ ...bucketInputs(), adopt: missing }, rig.next()))).message).to.include(
      `adopt names policy ${missing}, which does not exist in this account`,
    );
    const { id } = await rig.make({
      ...bucketInputs(),
      target: { serviceName: "kms", serviceInstance: "*" },
      roles: ["Reader"],
    });
    expect((await failure(rig.make({ ...bucketInputs(), adopt: id }, rig.next()))).message).to.include(
      `adopt names policy ${id}, whose scope differs from the declared one`,
    );
    expect(rig.iam.policies()).to.have.length(1);
  });

  /** A policy as only somebody else can make it. */
  function seeded(more: Partial<Policy>): string {
    const attribute = (key: string, value: string) => ({ key, operator: "stringEquals", value });
    const account = attribute("accountId", rig.iam.accountId);
    const { serviceInstance = "", resourceType = "", resource = "" } = bucketInputs().target;
    const [{ id }] = rig.iam.seed([
      {
        subject: {
          attributes: [
            attribute("serviceName", "event-notifications"),
            account,
            attribute("serviceInstance", bucketInputs().source.serviceInstance ?? ""),
          ],
        },
        resource: {
          attributes: [
            attribute("serviceName", "cloud-object-storage"),
            account,
            attribute("serviceInstance", serviceInstance),
            attribute("resourceType", resourceType),
            attribute("resource", resource),
          ],
        },
        control: { grant: { roles: [{ role_id: READER }] } },
        ...more,
      },
    ]) as [Policy];
    return id;
  }

  const NOT_TAKEN: [title: string, policy: Partial<Policy>, why: string][] = [
    [
      "a service made for itself",
      { created_by_id: `crn-crn:v1:bluemix:public:cloud-object-storage:global:a/a:${COS}::` },
      "a service created it for its own use",
    ],
    [
      "an enterprise template manages",
      { template: { id: "policyTemplate-1", version: "1" } },
      "template manages it",
    ],
  ];
  for (const [title, policy, why] of NOT_TAKEN) {
    it(`never takes what ${title}`, async () => {
      const id = seeded(policy);
      const inputs = { ...bucketInputs(), roles: ["Reader"] };
      for (const adopt of [id, true]) {
        expect((await failure(rig.make({ ...inputs, adopt }, rig.next()))).message).to.include(why);
      }
      expect((await failure(rig.make(inputs, rig.next()))).message)
        .to.include("It cannot be adopted")
        .and.not.to.include("adopt:");
      expect(rig.iam.policies()).to.have.length(1);
    });
  }
});

describe("a policy that appears at update", () => {
  it("and says the same as the updated one would is named, not taken for somebody's edit", async () => {
    const rig = await startRig();
    const { id, state } = await rig.make({ ...bucketInputs(), roles: ["Reader"] });
    const other = await rig.make(bucketInputs());
    const run = rig.next();
    const wanted = await rig.checked(bucketInputs(), run);
    const { message } = await failure(run.update(id, state, wanted));
    expect(message).to.include(`already exists (409 policy_conflict_error): ${other.id}`);
    expect(rig.iam.policies().map(({ control }) => control.grant.roles.length)).to.deep.equal([1, 2]);
  });

  it("edits by somebody else between reading and replacing are read again", async () => {
    for (const staleEtagStatus of [409, 412] as const) {
      const rig = await startRig();
      rig.iam.behave({ staleEtagStatus });
      const { id, state } = await rig.make({ ...bucketInputs(), roles: ["Reader"] });
      rig.iam.inject({
        operation: "replaceV2Policy",
        meanwhile: () => edit(rig.iam, id, (policy) => (policy.description = "somebody's")),
      });
      const run = rig.next();
      await run.update(id, state, await rig.checked(bucketInputs(), run));
      expect(rig.iam.policies()[0]?.control.grant.roles).to.have.length(2);
      expect(rig.iam.policies()[0]?.description).to.equal(undefined);
    }
  });
});
