import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { startIamEmulator, type IamEmulator, type Policy } from "../src/emulator";

const ROOT = join(__dirname, "..");
const FOLDER = join(ROOT, ".work", `demo-${process.pid}`);

const STACK = "demo";

const INSTANCES = {
  eventNotifications: "3d7fca4b-6f0e-4f6b-9b0a-0c9f6d1f00e1",
  objectStorage: "5c1d2e3f-7a1b-4c2d-8e3f-1a2b3c4d00c1",
};

/** One step: what it shows, the command, and how many authorizations with how many roles IAM holds after it. */
interface Step {
  title: string;
  before?: () => Promise<void>;
  command: string[];
  holds: number[];
}

async function main(): Promise<void> {
  const iam = await startIamEmulator();
  try {
    await mkdir(join(FOLDER, "state"), { recursive: true });
    await copyFile(join(ROOT, "Pulumi.yaml"), join(FOLDER, "Pulumi.yaml"));
    console.log(
      `An IAM emulator listens on ${iam.url}. Everything else is the real Pulumi, on examples/basic.`,
    );
    await show(iam);
    console.log(`
That was the main job. On a real account, in this folder (IBM Cloud's own IAM, and your own Pulumi login):

  pulumi stack init dev
  pulumi config set --secret ibmcloud:apiKey           # asks for the key
  pulumi config set eventNotifications <GUID or CRN>
  pulumi config set objectStorage <GUID or CRN>
  pulumi preview && pulumi up
`);
  } finally {
    await iam.close();
    await rm(FOLDER, { recursive: true, force: true });
  }
}

async function show(iam: IamEmulator): Promise<void> {
  const pulumi = commandLine(iam);
  await pulumi(["stack", "init", STACK], { quiet: true });
  for (const [key, value] of Object.entries(INSTANCES))
    await pulumi(["config", "set", key, value], { quiet: true });

  const steps: Step[] = [
    { title: "What would be made", command: ["preview"], holds: [] },
    { title: "Make it", command: ["up"], holds: [2] },
    { title: "Nothing is left to do", command: ["preview", "--expect-no-changes"], holds: [2] },
    {
      title: "A changed role is updated in place",
      before: () => pulumi(["config", "set", "--path", "roles[0]", "Writer"], { quiet: true }),
      command: ["up"],
      holds: [1],
    },
    {
      title: "Somebody adds a role behind Pulumi's back, and refresh finds it",
      before: () => addRole(iam),
      command: ["refresh"],
      holds: [2],
    },
    { title: "The next up puts it right", command: ["up"], holds: [1] },
    { title: "Remove it", command: ["destroy"], holds: [] },
  ];
  for (const [index, { title, before, command, holds }] of steps.entries()) {
    console.log(`\n${index + 1}. ${title}`);
    await before?.();
    await pulumi(command);
    print(iam.policies());
    const found = iam.policies().map(({ control }) => control.grant.roles.length);
    if (JSON.stringify(found) !== JSON.stringify(holds)) {
      throw new Error(
        `IAM should hold authorizations with ${JSON.stringify(holds)} roles, and holds ${JSON.stringify(found)}`,
      );
    }
  }
}

/** The real CLI, with a backend, a home and a configuration of its own: the user's are not touched. */
function commandLine(iam: IamEmulator) {
  const config = join(FOLDER, `Pulumi.${STACK}.yaml`);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PULUMI_HOME: join(FOLDER, "home"),
    PULUMI_BACKEND_URL: `file://${join(FOLDER, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "demo",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // A proxy leads nowhere from here.
    NO_PROXY: "127.0.0.1,localhost",
    no_proxy: "127.0.0.1,localhost",
    IBMCLOUD_IAM_API_ENDPOINT: iam.url,
    IC_API_KEY: iam.apiKey,
  };
  // Whatever could lead elsewhere than to the emulator and to this folder.
  for (const name of ["PULUMI_STACK", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_ACCESS_TOKEN"])
    Reflect.deleteProperty(env, name);

  return async (args: string[], { quiet = false } = {}): Promise<void> => {
    if (!quiet) console.log(`   $ pulumi ${args.join(" ")}\n`);
    const [verb = ""] = args;
    const unattended = ["up", "refresh", "destroy"].includes(verb) ? ["--yes", "--skip-preview"] : [];
    // `stack init` writes its file beside a Pulumi.yaml: beside a copy, then, and not in the clone.
    const where = verb === "stack" ? [] : ["--stack", STACK, "--config-file", config, ...unattended];
    const cwd = verb === "stack" ? FOLDER : ROOT;
    const stdio = ["ignore", quiet ? "ignore" : "inherit", "inherit"] as const;
    const child = spawn("pulumi", [...args, ...where, "--non-interactive"], { cwd, env, stdio: [...stdio] });
    const [code] = (await once(child, "exit")) as [number | null];
    if (interrupted) throw new Error("interrupted");
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code ?? "a signal"}`);
  };
}

/** What somebody does in the console, or with IBM's CLI. */
async function addRole({ url, apiKey, policies }: IamEmulator): Promise<void> {
  const form = { grant_type: "urn:ibm:params:oauth:grant-type:apikey", apikey: apiKey };
  const token = await fetch(`${url}/identity/token`, { method: "POST", body: new URLSearchParams(form) });
  const { access_token } = (await token.json()) as { access_token: string };
  const authorization = `Bearer ${access_token}`;
  const [held] = policies();
  if (!held) throw new Error("IAM should hold an authorization by now");
  const path = `${url}/v2/policies/${held.id}`;
  const current = await fetch(path, { headers: { authorization } });
  const { type, subject, resource, control } = (await current.json()) as Policy;
  control.grant.roles.push({ role_id: "crn:v1:bluemix:public:iam::::serviceRole:Manager" });
  const replaced = await fetch(path, {
    method: "PUT",
    headers: {
      authorization,
      "content-type": "application/json",
      "if-match": current.headers.get("etag") ?? "",
    },
    body: JSON.stringify({ type, subject, resource, control }),
  });
  if (!replaced.ok) throw new Error(`the change behind Pulumi's back was answered with ${replaced.status}`);
}

function print(policies: readonly Policy[]): void {
  if (policies.length === 0) {
    console.log("   IAM holds no authorization.");
    return;
  }
  const side = ({ attributes }: Policy["subject"]) =>
    attributes
      .filter(({ key }) => key !== "accountId")
      .map(({ value }) => String(value).replace(/^(\w{8})-.*/, "$1…"))
      .join(" / ");
  console.log("   IAM holds:");
  console.table(
    policies.map(({ id, subject, resource, control }) => ({
      id: `${id.slice(0, 8)}…`,
      source: side(subject),
      target: side(resource),
      roles: control.grant.roles.map(({ role_id }) => role_id.replace(/.*:/, "")).join(", "),
    })),
  );
}

// The CLI gets the signal too, and ends what it does; then the demo tidies up.
let interrupted = false;
process.once("SIGINT", () => {
  interrupted = true;
});

main().catch((error: unknown) => {
  console.error(`\nThe demo stopped: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
