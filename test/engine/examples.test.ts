import { expect } from "chai";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startIamEmulator, type Policy, type Seed } from "../../src/emulator";
import { roleById } from "../../src/emulator/role-catalog";
import { command, engineEnv, ROOT, succeeded } from "../support/engine";
import { configKeys, EXAMPLES, type Example } from "../support/examples";
import { COS, crn, EN, GROUP, KMS, OTHER_ACCOUNT } from "../support/inputs";
import { closing } from "../support/opened";
import { ranOf, subset } from "../support/subset";
import { summarize } from "../support/summary";

const HOME = { id: "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0", apiKeys: ["home-key"], iamId: "iam-ServiceId-1" };
const PARTNER = { id: OTHER_ACCOUNT, apiKeys: ["partner-key"], iamId: "iam-ServiceId-2" };

const SECRETS = "2e4a6c80-0000-4000-8000-0000000000f1";
const PARTNER_SECRETS = "2e4a6c80-0000-4000-8000-0000000000f2";
const PARTNER_KMS = "77aa11bb-0000-4000-8000-0000000000d2";
const OTHER = "9b8a7c6d-0000-4000-8000-0000000000a1";

/** The configuration of the examples' projects. */
const CONFIG: Record<string, string> = {
  account: HOME.id,
  appConfiguration: OTHER,
  cloudLogs: OTHER,
  cloudMonitoring: OTHER,
  codeEngineProject: OTHER,
  eventNotifications: crn("event-notifications", EN, HOME.id),
  eventStreams: OTHER,
  keyProtect: KMS,
  objectStorage: COS,
  partnerAccount: PARTNER.id,
  partnerKey: crn("kms", PARTNER_KMS, PARTNER.id, "key:k-2"),
  partnerSource: crn("secrets-manager", PARTNER_SECRETS, PARTNER.id),
  resourceGroup: GROUP,
  rootKey: crn("kms", KMS, HOME.id, "key:k-1"),
  rootKeyId: "k-1",
  seconds: "1",
  source: SECRETS,
};

/** An authorization in short form: attributes by key, roles by display name. */
interface Held {
  source: Record<string, unknown>;
  target: Record<string, unknown>;
  roles: string[];
  description?: string;
}

interface Expected {
  /** The policies in IAM after `up`. */
  holds: readonly Held[];
  /** A policy in IAM before `up`. */
  seed?: Seed;
  /** True if `up` creates the policies in the order of `holds`. */
  inOrder?: true;
  /** True if `destroy` fails until the state is unprotected. */
  isProtected?: true;
}

const here = (serviceName: string, rest: object = {}) => ({ accountId: HOME.id, serviceName, ...rest });
const there = (serviceName: string, rest: object = {}) => ({ accountId: PARTNER.id, serviceName, ...rest });
const ours = here("event-notifications", { serviceInstance: EN });
const to = (target: Held["target"], ...roles: string[]): Held => ({ source: ours, target, roles });
const from = (source: Held["source"], ...roles: string[]): Held => ({
  source,
  target: ours,
  roles: roles.length > 0 ? roles : ["Event Source Manager"],
});
const key = { serviceInstance: KMS, resourceType: "key", resource: "k-1" };
const attributes = (scope: Record<string, string>) => ({
  attributes: Object.entries(scope).map(([key, value]) => ({ key, operator: "stringEquals", value })),
});

const EXPECTED: Record<string, Expected> = {
  adopt: {
    seed: {
      subject: attributes(here("secrets-manager", { serviceInstance: SECRETS })),
      resource: attributes(ours),
      control: { grant: { roles: [{ role_id: "crn:v1:bluemix:public:iam::::serviceRole:Reader" }] } },
    },
    holds: [
      {
        ...from(here("secrets-manager", { serviceInstance: SECRETS })),
        description: "Lets Secrets Manager send events about expiring secrets",
      },
    ],
  },
  "another-account": { holds: [from(there("secrets-manager", { serviceInstance: PARTNER_SECRETS }))] },
  "app-configuration": { holds: [to(here("apprapp", { serviceInstance: OTHER }), "Config Operator")] },
  "backup-for-vpc": { holds: [from(here("is", { resourceType: "backup-policy" }))] },
  basic: {
    holds: [
      to(
        here("cloud-object-storage", {
          serviceInstance: COS,
          resourceType: "bucket",
          resource: "failed-events",
        }),
        "Object Writer",
        "Reader",
      ),
    ],
  },
  "cloud-logs": {
    holds: [from(here("logs", { serviceInstance: OTHER }), "Event Source Manager", "Reader", "Viewer")],
  },
  "cloud-monitoring": {
    holds: [from(here("sysdig-monitor", { serviceInstance: OTHER }), "Event Source Manager", "Reader")],
  },
  "code-engine-project": { holds: [to(here("codeengine", { serviceInstance: OTHER }), "Viewer", "Writer")] },
  "event-streams-topic": {
    holds: [
      to(here("messagehub", { serviceInstance: OTHER, resourceType: "topic", resource: "events" }), "Writer"),
    ],
  },
  "key-protect-key": { holds: [to(here("kms", key), "Reader")] },
  "many-from-a-table": {
    holds: [
      from(here("project")),
      from(here("compliance")),
      from(here("toolchain"), "Event Source Manager", "Reader"),
    ],
  },
  protected: { holds: [to(here("kms", key), "Reader")], isProtected: true },
  "secrets-manager": { holds: [from(here("secrets-manager", { resourceGroupId: GROUP }))] },
  settle: {
    holds: [to(here("kms", key), "Reader"), from(here("secrets-manager", { serviceInstance: SECRETS }))],
    inOrder: true,
  },
  "two-accounts": {
    holds: [
      from(there("secrets-manager", { serviceInstance: PARTNER_SECRETS })),
      to(there("kms", { serviceInstance: PARTNER_KMS, resourceType: "key", resource: "k-2" }), "Reader"),
    ],
  },
};

function heldAs({ subject, resource, control, description }: Policy): Held {
  const scope = (side: Policy["subject"]) =>
    Object.fromEntries(
      side.attributes.map(({ key, operator, value }) => [
        key,
        operator === "stringEquals" ? value : { operator, value },
      ]),
    );
  return {
    source: scope(subject),
    target: scope(resource),
    roles: control.grant.roles.map(({ role_id }) => roleById(role_id)?.display_name ?? role_id).sort(),
    ...(description !== undefined && { description }),
  };
}

/** Starts a stack of an example in its own folder; Pulumi's files go to a temporary folder. */
async function startExample(example: Example, env: NodeJS.ProcessEnv) {
  await mkdir(join(ROOT, ".work"), { recursive: true });
  const own = await mkdtemp(join(ROOT, ".work", "example-"));
  closing({ close: () => rm(own, { recursive: true, force: true }) });
  await mkdir(join(own, "state"));
  const environment = await engineEnv(own, env);
  const pulumiIn =
    (cwd: string, ...always: string[]) =>
    (...args: string[]) =>
      command("pulumi", [...args, ...always, "--non-interactive", "--color", "never"], cwd, environment);
  // `stack init` writes the stack's file next to Pulumi.yaml, so it runs next to a copy.
  await writeFile(join(own, "Pulumi.yaml"), example.project);
  const beside = pulumiIn(own);
  succeeded(await beside("stack", "init", "dev"));
  for (const key of configKeys(example)) succeeded(await beside("config", "set", key, CONFIG[key] ?? ""));
  return {
    run: pulumiIn(example.dir, "--stack", "dev", "--config-file", join(own, "Pulumi.dev.yaml")),
    unprotect: () => beside("state", "unprotect", "--all", "--yes"),
  };
}

describe("the examples on the real engine", function () {
  this.timeout(180_000);

  it("all have a row in the table above", () => {
    expect(Object.keys(EXPECTED)).to.have.members(EXAMPLES.map(({ name }) => name));
    for (const key of EXAMPLES.flatMap(configKeys)) expect(CONFIG).to.have.property(key);
  });

  const chosen = subset(EXAMPLES, ({ name }) => {
    const { holds = [], ...rest } = EXPECTED[name] ?? {};
    return [holds.length > 1 ? "several" : "one", ...Object.keys(rest)];
  });
  after(() => summarize(`engine: examples: ${ranOf(chosen.length, EXAMPLES.length)}`));

  for (const example of chosen) {
    it(`run in their own folder: preview, up, preview without changes, destroy: ${example.name}`, async () => {
      const { holds = [], seed, inOrder, isProtected } = EXPECTED[example.name] ?? {};
      const iam = closing(await startIamEmulator({ accounts: [HOME, PARTNER] }));
      const before = iam.seed(seed ? [seed] : []);
      const { run, unprotect } = await startExample(example, {
        IBMCLOUD_IAM_API_ENDPOINT: iam.url,
        IC_API_KEY: HOME.apiKeys[0],
        PARTNER_APIKEY: PARTNER.apiKeys[0],
      });
      const held = () => iam.policies().map(heldAs);
      const destroy = () => run("destroy", "--yes", "--skip-preview");

      // The stack itself is one more resource.
      expect(succeeded(await run("preview"))).to.include(`+ ${holds.length + 1} to create`);
      expect(iam.policies()).to.deep.equal(before);

      succeeded(await run("up", "--yes", "--skip-preview"));
      if (inOrder) expect(held()).to.deep.equal(holds);
      else expect(held()).to.have.deep.members(holds);
      const ids = iam.policies().map(({ id }) => id);
      expect(ids).to.include.members(before.map(({ id }) => id));

      succeeded(await run("preview", "--expect-no-changes"));

      if (isProtected) {
        const { code, output } = await destroy();
        expect(code, output).not.to.equal(0);
        expect(output).to.include("pulumi state unprotect");
        expect(iam.policies().map(({ id }) => id)).to.deep.equal(ids);
        succeeded(await unprotect());
      }
      succeeded(await destroy());
      expect(held()).to.deep.equal([]);
    });
  }
});
