import { readdirSync, readFileSync } from "node:fs";

/** The processes of one operation of the engine. */
type Role = "cli" | "program" | "host";

/** What the processes of an operation took. */
export interface Use {
  /** The peak of each one's resident memory, in bytes. */
  memory: Record<Role, number>;
  /** Processor time of all of them, the short-lived ones too, in milliseconds. */
  cpu: number;
}

/** How often is looked, in milliseconds. The kernel keeps the peaks, so that only the last moment can be missed. */
const EVERY = 20;

/** A tick of the kernel's clock, in milliseconds. Source: proc(5), `sysconf(_SC_CLK_TCK)` is 100 on Linux. */
const TICK = 10;

/** Watches a process and whatever it starts. Elsewhere than on Linux nothing is seen of them. */
export function watch(root: number): { stop: () => Use } {
  const seen = new Map<number, { role?: Role; peak: number; cpu: number }>();
  const look = () => {
    for (const pid of treeOf(root)) {
      const now = stateOf(pid);
      if (!now) continue;
      const { role = pid === root ? "cli" : now.role, peak = 0, cpu = 0 } = seen.get(pid) ?? {};
      // Of a process that has just ended the kernel tells no memory any more; one that is just begun may get its command.
      seen.set(pid, { role: role ?? now.role, peak: Math.max(peak, now.peak), cpu: Math.max(cpu, now.cpu) });
    }
  };
  const timer = setInterval(look, EVERY);
  look();
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
  const threads = quietly([], () => readdirSync(`/proc/${pid}/task`));
  return threads.flatMap((thread) =>
    quietly("", () => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8"))
      .split(" ")
      .filter(Boolean)
      .map(Number),
  );
}

/** What the kernel says of a process. Source: proc(5). */
function stateOf(pid: number): { role?: Role; peak: number; cpu: number } | undefined {
  return quietly(undefined, () => {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    const [, peak] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    // The name of the command stands in brackets, and may hold anything.
    const [, after = ""] = /.*\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    const [user = 0, system = 0] = after.split(" ").slice(11, 13).map(Number);
    return { role: roleOf(command), peak: Number(peak ?? 0) * 1024, cpu: (user + system) * TICK };
  });
}

function roleOf(command: string): Role | undefined {
  if (/^\S*node\0.*cmd\/dynamic-provider\//.test(command)) return "host";
  return /^\S*node\0.*cmd\/run\//.test(command) ? "program" : undefined;
}

/** A process may end while it is looked at. */
function quietly<Value>(otherwise: Value, look: () => Value): Value {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
