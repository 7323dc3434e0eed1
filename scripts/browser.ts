import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";

/** A running browser. */
export interface RunningBrowser {
  browser: Browser;
  close: () => Promise<void>;
}

/**
 * Starts headless Chromium from the npm package `@sparticuz/chromium`. The package also has the libraries and the font that
 * Chromium needs, so that nothing must be installed on the machine.
 */
export async function startBrowser(): Promise<RunningBrowser> {
  const folder = await mkdtemp(join(tmpdir(), "chromium-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const executablePath = await unpack(folder);
    await writeFile(join(folder, "fonts.conf"), fontSettings(folder));
    const browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox", "--disable-gpu"],
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: folder,
        TMPDIR: folder,
        LD_LIBRARY_PATH: join(folder, "al2023", "lib"),
        FONTCONFIG_FILE: join(folder, "fonts.conf"),
      },
    });
    const close = async () => {
      await browser.close();
      await remove();
    };
    return { browser, close };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Unpacks Chromium into a folder. The package takes the folder, and the choice of libraries, from the environment. */
async function unpack(folder: string): Promise<string> {
  const own = { TMPDIR: folder, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x" };
  const before = Object.keys(own).map((key) => [key, process.env[key]] as const);
  Object.assign(process.env, own);
  try {
    const { default: packaged } = await import("@sparticuz/chromium");
    return await packaged.executablePath();
  } finally {
    // Other code, such as `tmpdir()`, reads the variables of the process, so each is restored there.
    for (const [key, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, key);
      else process.env[key] = value;
    }
  }
}

/** The package's own settings name another folder, and Chromium crashes without a font. */
function fontSettings(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(folder, "fonts", "fonts")}</dir>
  <cachedir>${join(folder, "font-cache")}</cachedir>
</fontconfig>
`;
}
