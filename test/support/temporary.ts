import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closing } from "./opened";

/** Makes a folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "en-authorization-"));
  closing({ close: () => rm(folder, { recursive: true, force: true }) });
  return folder;
}
