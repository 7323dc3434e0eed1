import { readdirSync, readFileSync } from "node:fs";

/** The processes of one operation of the engine. */
type Role = "cli" | "program" | "host";

/** The resources that the processes of an operation used. */
export interface Use {
  /** The peak of resident memory by process, in bytes. */
  memory: Record<Role, number>;
  /** Processor time of all processes, in milliseconds. */
  cpu: number;
}

/** Milliseconds between two samples. The kernel keeps peaks, so only the last moment of a process can be missed. */
const INTERVAL = 20;

/** A tick of the kernel's clock, in milliseconds. Source: proc(5), `sysconf(_SC_CLK_TCK)` is 100 on Linux. */
const TICK = 10;

/** Samples a process and its descendants. Only Linux has `/proc`: elsewhere every value is 0. */
export function watch(root: number): { stop: () => Use } {
  const seen = new Map<number, { role?: Role; peak: number; cpu: number }>();
  const sample = () => {
    for (const pid of treeOf(root)) {
      const now = statusOf(pid);
      if (!now) continue;
      const { role = pid === root ? "cli" : now.role, peak = 0, cpu = 0 } = seen.get(pid) ?? {};
      // A new process has no command at first, and a process that has ended has no memory: keep earlier values.
      seen.set(pid, { role: role ?? now.role, peak: Math.max(peak, now.peak), cpu: Math.max(cpu, now.cpu) });
    }
  };
  const timer = setInterval(sample, INTERVAL);
  sample();
  return {
    stop: () => {
      clearInterval(timer);
      const all = [...seen.values()];
      const peak = (role: Role) =>
        Math.max(0, ...all.filter((each) => each.role === role).map((each) => each.peak));
      return {
        memory: { cli: peak("cli"), program: peak("program"), host: peak("host") },
        cpu: all.reduce((sum, each) => sum + each.cpu, 0),
      };
    },
  };
}

function treeOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(treeOf)];
}

function childrenOf(pid: number): number[] {
  const threads = unlessEnded([], () => readdirSync(`/proc/${pid}/task`));
  return threads.flatMap((thread) =>
    unlessEnded("", () => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8"))
      .split(" ")
      .filter(Boolean)
      .map(Number),
  );
}

/** Reads a process's role, peak memory and processor time. Source: proc(5). */
function statusOf(pid: number): { role?: Role; peak: number; cpu: number } | undefined {
  return unlessEnded(undefined, () => {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    const [, peak] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    // The command's name is in parentheses and may contain any character.
    const [, after = ""] = /.*\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    const [user = 0, system = 0] = after.split(" ").slice(11, 13).map(Number);
    return { role: roleOf(command), peak: Number(peak ?? 0) * 1024, cpu: (user + system) * TICK };
  });
}

function roleOf(command: string): Role | undefined {
  if (/^\S*node\0.*cmd\/dynamic-provider\//.test(command)) return "host";
  return /^\S*node\0.*cmd\/run\//.test(command) ? "program" : undefined;
}

/** Reads from `/proc`, with a default for a process that has ended. */
function unlessEnded<Value>(otherwise: Value, read: () => Value): Value {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
