import { expect } from "chai";
import type { Policy } from "../../src/emulator";
import { edit } from "../support/iam-edits";
import { bucketInputs, COS } from "../support/inputs";
import { failure, QUICK, startRig, type Rig } from "../support/provider";

const READER = "crn:v1:bluemix:public:iam::::serviceRole:Reader";

/** Returns the operations on IAM's policies. */
function policyCalls(rig: Rig): string[] {
  return rig.iam
    .calls()
    .map(({ operation }) => operation)
    .filter((operation) => operation.endsWith("Policy") || operation.endsWith("Policies"));
}

describe("an authorization that already exists", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });

  it("is reported with its roles, author, time and the possible next steps", async () => {
    const { id, state } = await rig.make(bucketInputs());
    const inputs = { ...bucketInputs(), description: "else" };
    const { message } = await failure(rig.makeUncompared(inputs, rig.next()));
    for (const part of [
      "Cannot create the authorization (event-notifications -> cloud-object-storage)",
      "409 policy_conflict_error",
      `${id} with Reader, Object Writer, created by ${String(state.createdById)} at ${String(state.createdAt)}`,
      `adopt: "${id}"`,
      "docs/troubleshooting.md",
      "IBMCLOUD_ADOPT_OWN=true",
      "Transaction-Id: ",
    ]) {
      expect(message).to.include(part);
    }
    expect(rig.iam.policies()).to.have.length(1);
  });

  it("is reported as changed meanwhile if IAM's list does not show it before the deadline", async () => {
    const refusal = { status: 409, code: "policy_conflict_error", message: "the policy already exists" };
    rig.iam.inject({ operation: "createV2Policy", ...refusal, times: Infinity });
    // With short delays, the deadline could interrupt a request, whose outcome would then be unknown.
    const delays = { firstDelay: 1e6, longestDelay: 1e6 };
    const { message } = await failure(rig.make(bucketInputs(), rig.next({}, { ...QUICK, ...delays })));
    expect(message)
      .to.include("changed concurrently: run pulumi refresh, then pulumi up")
      .and.to.include("[changed-meanwhile]");
    expect(rig.iam.policies()).to.be.empty;
  });

  it("is not guessed if IAM does not return its list before the deadline", async () => {
    const hang = () =>
      void rig.iam.inject({ operation: "listV2Policies", latency: Infinity, times: Infinity });
    rig.iam.inject({
      operation: "createV2Policy",
      status: 409,
      code: "policy_conflict_error",
      meanwhile: hang,
    });
    const { message } = await failure(rig.make(bucketInputs()));
    // A duplicate, a concurrent change or an outdated copy may have caused the conflict.
    expect(message).to.include("[no-answer]");
  });

  it("does not conflict with one that has other roles", async () => {
    await rig.make(bucketInputs());
    await rig.make({ ...bucketInputs(), roles: ["Reader"] }, rig.next());
    expect(rig.iam.policies()).to.have.length(2);
  });

  it("is an error before any call if another resource of the same run creates it", async () => {
    const [one, two] = await Promise.allSettled([rig.make(bucketInputs()), rig.make(bucketInputs())]);
    expect([one.status, two.status]).to.have.members(["fulfilled", "rejected"]);
    const { message } = await failure(rig.make(bucketInputs()));
    expect(message).to.include("another resource of this program declares the same authorization");
    expect(policyCalls(rig)).to.deep.equal(["listV2Policies", "createV2Policy"]);
  });

  it("is reported as owned if another resource of the same run keeps it", async () => {
    const { id, state } = await rig.make(bucketInputs());
    const run = rig.next();
    await run.diff(id, state, await rig.checked(bucketInputs(), run));
    const { message } = await failure(rig.make(bucketInputs(), run));
    expect(message).to.include("Another resource of this program owns it").and.to.include("aliases");
  });

  it("is adopted with IBMCLOUD_ADOPT_OWN if the same credentials created it in an interrupted run", async () => {
    const { id } = await rig.make({ ...bucketInputs(), description: "old" });
    const env = { IBMCLOUD_ADOPT_OWN: "true" };
    const adopted = await rig.make({ ...bucketInputs(), description: "new" }, rig.next(env));
    expect(adopted.id).to.equal(id);
    expect(rig.iam.policies()).to.have.length(1);
    expect(rig.iam.policies()[0]?.description).to.equal("new");
  });
});

describe("adopt: true", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });

  it("adopts the policy of the same scope with any roles, and updates it", async () => {
    const { id } = await rig.make({ ...bucketInputs(), roles: ["Writer"], description: "old" });
    const { id: adopted, state } = await rig.make({ ...bucketInputs(), adopt: true }, rig.next());
    expect(adopted).to.equal(id);
    expect(state).to.deep.include({ roles: ["Reader", "Object Writer"], adopt: true });
    expect(state).not.to.have.property("description");
    expect(rig.iam.policies().map(({ control }) => control.grant.roles.length)).to.deep.equal([2]);
    const next = rig.next();
    const wanted = await rig.checked({ ...bucketInputs(), adopt: true }, next);
    expect(await next.diff(id, state, wanted)).to.include({ changes: false });
  });

  it("creates a policy if none exists, and does not adopt one of another scope", async () => {
    await rig.make({ ...bucketInputs(), target: { ...bucketInputs().target, resource: "other" } });
    await rig.make({ ...bucketInputs(), adopt: true }, rig.next());
    expect(rig.iam.policies()).to.have.length(2);
  });

  it("fails if several policies have this scope, and lists them", async () => {
    const one = await rig.make({ ...bucketInputs(), roles: ["Reader"] });
    const two = await rig.make({ ...bucketInputs(), roles: ["Writer"] });
    const { message } = await failure(rig.make({ ...bucketInputs(), adopt: true }, rig.next()));
    for (const { id } of [one, two]) expect(message).to.include(`"${id}"`);
    expect(rig.iam.policies().map(({ control }) => control.grant.roles.length)).to.deep.equal([1, 1]);
  });

  it("does not adopt a policy that another resource of the run owns", async () => {
    const { id, state } = await rig.make(bucketInputs());
    const run = rig.next();
    await run.diff(id, state, await rig.checked(bucketInputs(), run));
    const { message } = await failure(rig.make({ ...bucketInputs(), adopt: true }, run));
    expect(message).to.include("Another resource of this program owns it");
  });

  it("lets only one of two resources adopt the policy", async () => {
    await rig.make({ ...bucketInputs(), roles: ["Writer"] });
    const run = rig.next();
    const outcomes = await Promise.allSettled([
      rig.make({ ...bucketInputs(), adopt: true }, run),
      rig.make({ ...bucketInputs(), adopt: true }, run),
    ]);
    expect(outcomes.map(({ status }) => status)).to.have.members(["fulfilled", "rejected"]);
    expect(rig.iam.policies()).to.have.length(1);
  });

  it("adopts a policy that is created after the list and reported by the conflict", async () => {
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

  it("adopts exactly that policy", async () => {
    const { id } = await rig.make({ ...bucketInputs(), roles: ["Writer"] });
    await rig.make({ ...bucketInputs(), roles: ["Manager"] });
    const adopted = await rig.make({ ...bucketInputs(), adopt: id }, rig.next());
    expect(adopted.id).to.equal(id);
    expect(rig.iam.policies()[0]?.control.grant.roles).to.have.length(2);
    expect(rig.iam.policies()[1]?.control.grant.roles).to.have.length(1);
  });

  it("fails if the policy does not exist, or has another scope", async () => {
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

  /** Adds a policy that these credentials could not create. */
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

  const NOT_ADOPTED: [title: string, policy: Partial<Policy>, why: string][] = [
    [
      "a policy that a service created for its own use",
      { created_by_id: `crn-crn:v1:bluemix:public:cloud-object-storage:global:a/a:${COS}::` },
      "a service created it for its own use",
    ],
    [
      "a policy that an enterprise template manages",
      { template: { id: "policyTemplate-1", version: "1" } },
      "template manages it",
    ],
  ];
  for (const [title, policy, why] of NOT_ADOPTED) {
    it(`never adopts ${title}`, async () => {
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

describe("a policy that conflicts with an update", () => {
  it("is reported by id if it has the updated scope and roles", async () => {
    const rig = await startRig();
    const { id, state } = await rig.make({ ...bucketInputs(), roles: ["Reader"] });
    const other = await rig.make(bucketInputs());
    const run = rig.next();
    const wanted = await rig.checked(bucketInputs(), run);
    const { message } = await failure(run.update(id, state, wanted));
    expect(message).to.include(`already exists (409 policy_conflict_error): ${other.id}`);
    expect(rig.iam.policies().map(({ control }) => control.grant.roles.length)).to.deep.equal([1, 2]);
  });

  it("is not guessed if IAM does not return its list before the deadline", async () => {
    const rig = await startRig();
    const { id, state } = await rig.make({ ...bucketInputs(), roles: ["Reader"] });
    const run = rig.next();
    const wanted = await rig.checked(bucketInputs(), run);
    const hang = () => void rig.iam.inject({ operation: "*", latency: Infinity, times: Infinity });
    rig.iam.inject({
      operation: "replaceV2Policy",
      status: 409,
      code: "policy_conflict_error",
      meanwhile: hang,
    });
    const { message } = await failure(run.update(id, state, wanted));
    // A duplicate, a concurrent change or an outdated copy may have caused the conflict.
    expect(message).to.include("[no-answer]");
  });

  it("is read again if it changes between the read and the replace", async () => {
    for (const staleEtagStatus of [409, 412] as const) {
      const rig = await startRig();
      rig.iam.behave({ staleEtagStatus });
      const { id, state } = await rig.make({ ...bucketInputs(), roles: ["Reader"] });
      rig.iam.inject({
        operation: "replaceV2Policy",
        meanwhile: () => edit(rig.iam, id, (policy) => (policy.description = "theirs")),
      });
      const run = rig.next();
      await run.update(id, state, await rig.checked(bucketInputs(), run));
      expect(rig.iam.policies()[0]?.control.grant.roles).to.have.length(2);
      expect(rig.iam.policies()[0]?.description).to.equal(undefined);
    }
  });
});
