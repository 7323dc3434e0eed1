import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { commandLine } from "../../src/cli/command-line";
import { startIamEmulator } from "../../src/emulator";
import { readSeedFile } from "../../src/emulator/seed-file";
import { startBrowser } from "../browser";

/** The picture of the page of `graph` in README.md. */
const PICTURE = join(__dirname, "..", "..", "docs", "graph.png");

/** An account that shows groups, a limit inside an instance, and broad grants. */
const ACCOUNT = join(__dirname, "graph-account.json");

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "graph-"));
  const iam = await startIamEmulator({ ...readSeedFile(ACCOUNT, { anyPair: true }), anyPair: true });
  const { browser, close } = await startBrowser();
  try {
    Object.assign(process.env, {
      IC_API_KEY: iam.apiKey,
      IBMCLOUD_IAM_API_ENDPOINT: iam.url,
      IBMCLOUD_RESOURCE_CONTROLLER_API_ENDPOINT: iam.url,
      IBMCLOUD_RESOURCE_MANAGEMENT_API_ENDPOINT: iam.url,
    });
    const file = join(folder, "graph.html");
    await commandLine(process.stdout).parseAsync(["graph", "--all", "--out", file], { from: "user" });
    const page = await browser.newPage({ viewport: { width: 1240, height: 520 }, deviceScaleFactor: 1.25 });
    await page.goto(pathToFileURL(file).href);
    await page.getByRole("button", { name: "codeengine" }).click();
    await page.getByRole("button", { name: "prod-events", exact: true }).click();
    await page.screenshot({ path: PICTURE });
    console.log(`docs/graph.png: ${Math.round((await stat(PICTURE)).size / 1024)} KB`);
  } finally {
    await close();
    await iam.close();
    await rm(folder, { recursive: true });
  }
}

void main();
