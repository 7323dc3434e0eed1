import { readFileSync, rmSync, writeFileSync } from "node:fs";

/** The right to write a file, which one process has at a time. */
interface FileLock {
  /** @throws if another process took the lock over */
  assertHeld: () => void;
  release: () => void;
}

/**
 * Locks a file with a lock file next to it, which contains the id of this process. If the process that holds a lock has
 * ended, for example by `kill -9`, its lock is taken over.
 *
 * @throws if a running process holds the lock
 */
export function lockFile(path: string): FileLock {
  const lock = `${path}.lock`;
  // After the restart of a container, the new process often has the same id as the old one, but another start time.
  const owner = `${process.pid} ${performance.timeOrigin}`;
  if (!create(lock, owner)) {
    const holder = read(lock);
    if (isRunning(holder, owner))
      throw new Error(
        `${path} is in use by process ${holder.split(" ")[0]}. If that process is not an emulator, delete ${lock}`,
      );
    rmSync(lock, { force: true });
    if (!create(lock, owner)) throw new Error(`${path} is in use by another emulator`);
  }
  let isHeld = true;
  return {
    assertHeld: () => {
      if (!isHeld || read(lock) !== owner) throw new Error(`another emulator uses ${path} now`);
    },
    release: () => {
      if (isHeld && read(lock) === owner) rmSync(lock, { force: true });
      isHeld = false;
    },
  };
}

/** @returns false if the lock exists */
function create(lock: string, owner: string): boolean {
  try {
    writeFileSync(lock, owner, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** @returns an empty text if there is no lock */
function read(lock: string): string {
  try {
    return readFileSync(lock, "utf8");
  } catch {
    return "";
  }
}

function isRunning(holder: string, owner: string): boolean {
  const pid = Number(holder.split(" ")[0]);
  if (pid === process.pid) return holder === owner;
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    // Signal 0 only asks whether the process exists.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
