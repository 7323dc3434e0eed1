import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import * as v from "valibot";
import type { Accounts } from "./accounts";
import { lockFile } from "./file-lock";
import type { StoredPolicy } from "./policy-store";
import type { StoredResources } from "./resource-store";
import { exactObject, plainObject, sentenceOf } from "./schema-issues";
import { policy } from "./seed-schema";

/** Everything that an emulator keeps for its next start. Tokens, faults and settings are not kept. */
interface Data extends StoredResources {
  accounts: Accounts;
  policies: readonly StoredPolicy[];
}

/** A file with the data of an emulator. Only one emulator at a time can have it open. */
export interface DataFile {
  /** The content of the file when it was opened; undefined if there was no file. */
  content: Data | undefined;
  /**
   * Replaces the content. When this returns, the new content is on disk. The file is never half-written, even if the
   * process is killed meanwhile.
   *
   * @throws if the file cannot be written, or another emulator has opened it meanwhile
   */
  write: (data: Data) => void;
  close: () => void;
}

/** Decides when changes are written. */
interface Keeper {
  /** Writes after a change. */
  changed: () => void;
  /** Makes several changes, and writes once. */
  together: (change: () => void) => void;
}

export function createKeeper(write: () => void): Keeper {
  let isTogether = false;
  const changed = () => {
    if (!isTogether) write();
  };
  return {
    changed,
    together: (change) => {
      isTogether = true;
      try {
        change();
      } finally {
        isTogether = false;
      }
      write();
    },
  };
}

/** @throws if another emulator has the file open, or if its content is damaged; a damaged file stays as it is */
export function openDataFile(path: string): DataFile {
  // A rename would replace a symbolic link, instead of the file that it leads to.
  const file = existsSync(path) ? realpathSync(path) : resolve(path);
  const lock = lockFile(file);
  try {
    return {
      content: existsSync(file) ? parse(readFileSync(file, "utf8"), path) : undefined,
      write: (data) => {
        lock.assertHeld();
        replaceFile(file, `${JSON.stringify({ version: 1, ...data })}\n`);
      },
      close: lock.release,
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Replaces a file. A reader finds either the old or the new content, and the new content survives a loss of power. */
function replaceFile(path: string, text: string): void {
  const temporary = `${path}.tmp`;
  const file = openSync(temporary, "w");
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  // Windows cannot open a folder.
  if (process.platform === "win32") return;
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

const requiredText = { id: v.string(), created_at: v.string() };
const dataFile = exactObject({
  version: v.literal(1),
  accounts: v.pipe(
    v.array(
      v.looseObject({
        id: v.string(),
        iamId: v.string(),
        apiKeys: v.array(
          v.union(
            [v.string(), v.looseObject({ apiKey: v.string(), iamId: v.string() })],
            "must be a string, or an object with apiKey and iamId",
          ),
        ),
        profiles: v.optional(v.array(v.looseObject({ id: v.string(), name: v.string(), iamId: v.string() }))),
      }),
    ),
    v.minLength(1),
  ),
  policies: v.array(
    exactObject({
      policy: v.looseObject({
        ...policy.entries,
        ...requiredText,
        href: v.string(),
        state: v.picklist(["active", "deleted"]),
        last_modified_at: v.string(),
      }),
      accountId: v.string(),
      revision: v.number(),
    }),
  ),
  instances: v.array(
    v.looseObject({
      ...requiredText,
      crn: v.string(),
      guid: v.string(),
      name: v.string(),
      account_id: v.string(),
    }),
  ),
  resourceGroups: v.array(
    v.looseObject({ ...requiredText, crn: v.string(), name: v.string(), account_id: v.string() }),
  ),
});

function parse(text: string, path: string): Data {
  const damaged = (problem: string) =>
    new Error(`the data file ${path} is damaged and stays as it is: ${problem}`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged((error as Error).message);
  }
  const { success, issues } = v.safeParse(v.pipe(plainObject, dataFile), json);
  if (!success) throw damaged(sentenceOf(issues, "the content"));
  // Valibot's output is not used, because it has another order of properties, and the ETags depend on the order.
  return json as Data;
}
