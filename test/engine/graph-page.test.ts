import { expect } from "chai";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { startBrowser, type RunningBrowser } from "../../scripts/browser";
import { startIamEmulator, type IamEmulator, type IamEmulatorOptions } from "../../src/emulator";
import { emulatorEnv, runCli } from "../support/cli";
import { closing } from "../support/opened";
import { grant, idAt, OBJECT_WRITER, READER, seededAccount } from "../support/seeded-account";

/** The sizes of the graphs, and the number of policies to seed for each, because some of them are deleted. */
const SIZES = { 10: 11, 100: 110, 300: 330 };

/** The graph in the page, which Cytoscape.js keeps on its element. */
const CY = "document.querySelector('.canvas')._cyreg.cy";

describe("the page of graph, in Chromium", function () {
  this.timeout(120_000);

  let running: RunningBrowser;
  before(async () => {
    running = closing(await startBrowser());
  });

  /** Writes the page of an account and opens it. Each message, error and request of the page goes into `seen`. */
  async function open(options: IamEmulatorOptions) {
    const iam = closing(await startIamEmulator(options));
    const folder = await mkdtemp(join(tmpdir(), "graph-"));
    closing({ close: () => rm(folder, { recursive: true, force: true }) });
    const file = join(folder, "graph.html");
    expect((await runCli(["graph", "--all", "--out", file], emulatorEnv(iam))).exitCode).to.equal(0);
    const page = closing(await running.browser.newPage({ viewport: { width: 1400, height: 860 } }));
    page.setDefaultTimeout(20_000);
    const seen: string[] = [];
    page.on("console", (message) => seen.push(message.text()));
    page.on("pageerror", (error) => seen.push(error.message));
    page.on("dialog", (dialog) => void dialog.dismiss().then(() => seen.push("dialog")));
    page.on("request", (request) => seen.push(request.url()));
    const url = pathToFileURL(file).href;
    await page.goto(url);
    expect(seen).to.deep.equal([url]);
    return { iam, page, seen };
  }

  const shown = (page: Page) => page.locator("output").textContent();

  async function listed(iam: IamEmulator, ...args: string[]): Promise<{ id: string }[]> {
    const { output } = await runCli(["list", "--all", "--output=json", ...args], emulatorEnv(iam));
    return JSON.parse(output) as { id: string }[];
  }

  /** Clicks where the centre of an element of the drawing is. */
  async function clickDrawn(page: Page, element: string): Promise<void> {
    const at = `const box = document.querySelector(".canvas").getBoundingClientRect()`;
    const { x, y } = await page.evaluate<{ x: number; y: number }>(
      `(() => { ${at}; const e = ${CY}.${element}; const p = e.isEdge() ? e.renderedMidpoint() : e.renderedPosition();
        return { x: box.x + p.x, y: box.y + p.y }; })()`,
    );
    await page.mouse.click(x, y);
  }

  for (const [size, seeds] of Object.entries(SIZES)) {
    describe(`with ${size} authorizations`, () => {
      it("draws all of them, readable, and requests nothing", async () => {
        const { page, seen } = await open(seededAccount(seeds));
        expect(await shown(page)).to.equal(`${size} of ${size}`);
        expect(await page.locator(".entries li").count()).to.equal(Number(size));
        const inside = `(() => { const b = ${CY}.elements().renderedBoundingBox();
          return b.x1 >= 0 && b.y1 >= 0 && b.x2 <= ${CY}.width() && b.y2 <= ${CY}.height(); })()`;
        expect(await page.evaluate(inside)).to.equal(true);
        expect(await page.evaluate<number>(`${CY}.zoom() * 12`), "pixels of a letter").to.be.above(6);
        expect(await page.evaluate(OVERLAPS)).to.deep.equal([]);
        expect(await page.evaluate<number>(PAINTED)).to.be.above(1000);
        expect(seen).to.have.length(1);
      });

      it("searches and filters", async () => {
        const { iam, page, seen } = await open(seededAccount(seeds));
        const expected = await listed(iam, "--target=kms", "--role=Manager");
        await page.getByRole("searchbox").fill("KMS manager");
        await page.getByText(`${expected.length} of ${size}`, { exact: true }).waitFor();
        expect(await page.locator(".entries li:visible").count()).to.equal(expected.length);
        expect(await page.evaluate(`${CY}.nodes(".broad").length`)).to.equal(0);
        await page.getByRole("searchbox").fill("nothing has this name");
        await page.getByText(`0 of ${size}`, { exact: true }).waitFor();
        await page.getByRole("searchbox").fill("");
        await page.getByRole("checkbox").check();
        const broad = await listed(iam, "--broad");
        await page.getByText(`${broad.length} of ${size}`, { exact: true }).waitFor();
        expect(await page.evaluate(OVERLAPS)).to.deep.equal([]);
        await page.getByRole("combobox", { name: "Service" }).selectOption("codeengine");
        const two = await listed(iam, "--broad", "--source=codeengine");
        await page.getByText(`${two.length} of ${size}`, { exact: true }).waitFor();
        expect(seen).to.have.length(1);
      });

      it("shows the details of a node and of an arrow that is clicked", async () => {
        const { page, seen } = await open(seededAccount(seeds));
        const details = page.getByRole("region", { name: "Details" });
        await clickDrawn(page, `nodes().filter((node) => node.data("label").startsWith("kms-"))[0]`);
        await details.getByRole("heading", { name: "kms-" }).waitFor();
        await details.getByText("Accessible to").waitFor();
        await details.getByRole("button").first().click();
        await details.getByText("Policy").waitFor();
        const arrow = `edges(".broad").filter((edge) => edge.source().data("label").startsWith("codeengine"))[0]`;
        await clickDrawn(page, arrow);
        await details.getByText("Broad: ").waitFor();
        await details.getByText(await page.evaluate<string>(`${CY}.${arrow}.id()`)).waitFor();
        await page.keyboard.press("Escape");
        await details.getByText("Choose a node").waitFor();
        expect(seen).to.have.length(1);
      });
    });
  }

  it("lists only the authorizations of an arrow or a node that the filters select", async () => {
    const { seed, ...options } = seededAccount(0);
    const buckets = Array.from({ length: 10 }, (_, at) => ({
      id: idAt(at),
      ...grant({ en: 1 }, { cos: 1, resource: `bucket-${at}` }, [at < 4 ? OBJECT_WRITER : READER]),
    }));
    const { page } = await open({ ...options, seed: buckets });
    const details = page.getByRole("region", { name: "Details" });
    await clickDrawn(page, "edges()[0]");
    await details.getByRole("button").nth(9).waitFor();
    await page.getByRole("combobox", { name: "Role" }).selectOption("Object Writer");
    await page.getByText("4 of 10", { exact: true }).waitFor();
    await clickDrawn(page, "edges()[0]");
    await details.getByRole("heading", { name: "->" }).waitFor();
    expect(await details.getByRole("button").count()).to.equal(4);
    await clickDrawn(page, `nodes().filter((node) => node.data("label").startsWith("cos-"))[0]`);
    await details.getByText("Accessible to (4)").waitFor();
  });

  it("works with the keyboard alone", async () => {
    const { page } = await open(seededAccount(SIZES[10]));
    const zoom = () => page.evaluate<number>(`${CY}.zoom()`);
    for (let at = 0; at < 20; at++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate("document.activeElement.classList.contains('canvas')")) break;
    }
    const before = await zoom();
    await page.keyboard.press("+");
    expect(await zoom()).to.be.above(before);
    await page.keyboard.press("0");
    expect(await zoom()).to.equal(before);
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.getAttribute('aria-pressed')")).to.equal("true");
    await page.getByText("00000001-5717-4562-b3fc-2c963f66afa6").first().waitFor();
  });

  it("follows the system's light or dark colors", async () => {
    const { page } = await open(seededAccount(SIZES[10]));
    const color = `${CY}.nodes(".instance")[0].style("color").replaceAll(",", ", ")`;
    const light = await page.evaluate("getComputedStyle(document.body).color");
    expect(await page.evaluate(color)).to.equal(light);
    await page.emulateMedia({ colorScheme: "dark" });
    const dark = await page.evaluate<string>("getComputedStyle(document.body).color");
    expect(dark).to.not.equal(light);
    await page.waitForFunction(`${color} === "${dark}"`);
  });

  it("forbids requests and HTML, even to its own script", async () => {
    let requests = 0;
    const server = createServer((_request, response) => response.end(String(++requests)));
    closing({
      close: async () => {
        server.close();
        await once(server, "close");
      },
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { page, seen } = await open(seededAccount(SIZES[10]));
    const fails = (expression: string) =>
      page.evaluate<boolean>(`(async () => ${expression})().then(() => false, () => true)`);
    expect(await fails(`fetch("${url}")`)).to.equal(true);
    expect(await fails('(document.body.innerHTML = "<b>x</b>")')).to.equal(true);
    await page.evaluate(`document.body.append(Object.assign(new Image(), { src: "${url}" }))`);
    await page.waitForFunction("document.querySelector('img').complete");
    expect(seen.filter((text) => text.includes("Content Security Policy"))).to.have.length.above(1);
    expect(requests).to.equal(0);
  });

  it("shows a hostile name as text", async () => {
    const { instances = [], ...options } = seededAccount(SIZES[10]);
    const name = `</script><script>alert(1)</script><img src=x onerror=alert(2)><!--"'\${alert(3)}`;
    const [seed, ...seeds] = options.seed ?? [];
    const { page, seen } = await open({
      ...options,
      seed: seed ? [{ ...seed, description: name }, ...seeds] : [],
      instances: instances.map((each) => (each.name.startsWith("en-") ? { ...each, name } : each)),
    });
    await page.getByRole("button").filter({ hasText: name }).first().click();
    await page.getByRole("heading", { name: `${name} -> cos-` }).waitFor();
    expect(await page.locator("dd").filter({ hasText: name }).count()).to.equal(1);
    expect(await page.locator("img, body > script:not([type]) ~ script ~ script").count()).to.equal(0);
    expect(seen).to.have.length(1);
  });
});

/** Returns the pairs of nodes that overlap, and of groups that overlap although neither contains the other. */
const OVERLAPS = `(() => {
  const boxes = ${CY}.nodes().map((node) => ({
    node,
    ...node.boundingBox({ includeLabels: false, includeOverlays: false }),
  }));
  const related = (one, other) => one.ancestors().has(other) || other.ancestors().has(one);
  return boxes.flatMap((one, at) =>
    boxes
      .slice(at + 1)
      .filter(
        (other) =>
          one.x1 < other.x2 && other.x1 < one.x2 && one.y1 < other.y2 && other.y1 < one.y2 &&
          !related(one.node, other.node),
      )
      .map((other) => one.node.data("label") + " | " + other.node.data("label")),
  );
})()`;

/** Returns the number of pixels that are painted. */
const PAINTED = `(() => {
  const canvas = document.querySelectorAll(".canvas canvas")[2];
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.filter((value, at) => at % 4 === 3 && value > 0).length;
})()`;
