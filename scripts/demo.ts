import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { startIamEmulator, type IamEmulator, type Policy } from "../src/emulator";
import { emulatedStack, fit } from "./emulated-stack";

const ROOT = join(__dirname, "..");
const FOLDER = join(ROOT, ".work", `demo-${process.pid}`);
const PROGRAM = "examples/basic/index.ts";

/** A terminal's 80 columns without the indentation. */
const COLUMNS = 78;

const INSTANCES = {
  eventNotifications: "3d7fca4b-6f0e-4f6b-9b0a-0c9f6d1f00e1",
  objectStorage: "5c1d2e3f-7a1b-4c2d-8e3f-1a2b3c4d00c1",
};

/** One step of the demo. */
interface Step {
  title: string;
  /** Runs before the command; the text describes it. */
  before?: [text: string, action: () => Promise<unknown>];
  command: string[];
  /** The roles of the one authorization that IAM holds after the step; undefined if it holds none. */
  roles?: string;
}

async function main(): Promise<void> {
  const iam = await startIamEmulator();
  try {
    await mkdir(FOLDER, { recursive: true });
    await copyFile(join(ROOT, "Pulumi.yaml"), join(FOLDER, "Pulumi.yaml"));
    console.log("This demo runs the real Pulumi engine against an IAM emulator.");
    console.log(`The program is ${PROGRAM}:\n`);
    console.log(indented(wrapped(await readFile(join(ROOT, PROGRAM), "utf8"))));
    await show(iam);
    console.log(`
That was the whole life of an authorization. To run the same program on your
own account, in this folder and with your own Pulumi login:

  pulumi stack init dev
  pulumi config set --secret ibmcloud:apiKey        # asks for the key
  pulumi config set eventNotifications <GUID or CRN>
  pulumi config set objectStorage <GUID or CRN>
  pulumi preview
`);
  } finally {
    await iam.close();
    await rm(FOLDER, { recursive: true, force: true });
  }
}

async function show(iam: IamEmulator): Promise<void> {
  const { pulumi } = await emulatedStack(iam, FOLDER, "demo", {
    cwd: ROOT,
    columns: COLUMNS,
    color: process.stdout.isTTY,
    onLine: (line) => console.log(indented(line)),
  });
  for (const [key, value] of Object.entries(INSTANCES)) await pulumi(["config", "set", key, value]);

  const steps: Step[] = [
    { title: "Preview the authorization", command: ["preview", "--diff"] },
    { title: "Create it", command: ["up"], roles: "Object Writer, Reader" },
    {
      title: "A second preview finds no changes",
      command: ["preview", "--expect-no-changes"],
      roles: "Object Writer, Reader",
    },
    {
      title: "Change its roles: an update in place",
      before: [
        "pulumi config set --path 'roles[0]' Writer",
        () => pulumi(["config", "set", "--path", "roles[0]", "Writer"]),
      ],
      command: ["up", "--diff"],
      roles: "Writer",
    },
    {
      title: "A role is added outside of Pulumi: refresh finds the drift",
      before: ["(add the role Manager in IAM)", () => addRole(iam)],
      command: ["refresh", "--diff"],
      roles: "Manager, Writer",
    },
    { title: "Restore the declared roles", command: ["up", "--diff"], roles: "Writer" },
    { title: "Remove the authorization", command: ["destroy"] },
  ];
  let earlier: string | undefined;
  for (const [index, { title, before, command, roles }] of steps.entries()) {
    console.log(`\n${index + 1}. ${title}\n`);
    if (before) {
      const [text, action] = before;
      console.log(`  $ ${text}`);
      await action();
    }
    console.log(`  $ pulumi ${command.join(" ")}\n`);
    await pulumi(command);
    const held = iam.policies();
    console.log(`\n${indented(holding(held, earlier))}`);
    earlier = rolesOf(held[0]);
    if (held.length > 1 || earlier !== roles) {
      throw new Error(`IAM should hold the roles "${roles ?? "none"}", but holds "${earlier ?? "none"}"`);
    }
  }
}

/** Adds a role with a plain API call, as the console or IBM's CLI would. */
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
  if (!replaced.ok) throw new Error(`IAM answered the edit outside of Pulumi with ${replaced.status}`);
}

/** Describes what IAM holds, with the roles that it held before if they differ. */
function holding([policy]: readonly Policy[], earlier: string | undefined): string {
  if (!policy) return "IAM holds no authorization.";
  const roles = rolesOf(policy) ?? "";
  const changed = earlier !== undefined && earlier !== roles;
  return [
    `IAM holds the authorization ${policy.id}`,
    `  source  ${sideOf(policy.subject)}`,
    `  target  ${sideOf(policy.resource)}`,
    `  roles   ${changed ? `${earlier} => ` : ""}${roles}`,
  ].join("\n");
}

function sideOf({ attributes }: Policy["subject"]): string {
  return attributes
    .filter(({ key }) => key !== "accountId")
    .map(({ value }) => String(value).replace(/^(\w{8})-.*/, "$1…"))
    .join(" / ");
}

function rolesOf(policy: Policy | undefined): string | undefined {
  return policy?.control.grant.roles
    .map(({ role_id }) => role_id.replace(/.*:/, "").replace(/(?<=[a-z])(?=[A-Z])/g, " "))
    .sort()
    .join(", ");
}

/** Breaks the comments of a program that are too long. */
function wrapped(program: string): string {
  return program.replace(/^\/\/ (.*)$/gm, (_, text: string) =>
    fit(text, COLUMNS - 3)
      .map((line) => `// ${line}`)
      .join("\n"),
  );
}

function indented(text: string): string {
  return text.trimEnd().replace(/^(?=.)/gm, "  ");
}

// The CLI receives the signal too and ends its operation; the demo then cleans up.
let interrupted = false;
process.once("SIGINT", () => {
  interrupted = true;
});

main().catch((error: unknown) => {
  const reason = error instanceof Error ? error.message : String(error);
  console.error(`\nThe demo stopped: ${interrupted ? "interrupted" : reason}`);
  process.exitCode = 1;
});
