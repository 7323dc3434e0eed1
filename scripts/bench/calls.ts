import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import type { Bound } from "./bounds";
import { drive } from "./driver";
import { OTHER_ROLES, ROLES } from "./programs";
import { tableOf } from "./table";

/** What IAM was asked, by what is counted. */
export interface Counts {
  tokens: number;
  /** Look-ups of roles. */
  roles: number;
  /** Everything else: calls for policies. */
  policies: number;
  all: number;
}

/** One operation on a number of authorizations, and the calls that it made. */
export interface Counted extends Counts {
  size: number;
  operation: string;
}

/** The latency of each call in the reference setting, in milliseconds. */
export const LATENCY = 100;

/** From here on writes are counted without the latency, which they do not depend on: it would take a minute. */
const MANY = 1000;

export function countsSince(iam: IamEmulator, before: number): Counts {
  const made = iam.calls().slice(before);
  const of = (name: string) => made.filter(({ operation }) => operation === name).length;
  const [tokens, roles] = [of("token"), of("listRoles")];
  return { tokens, roles, policies: made.length - tokens - roles, all: made.length };
}

/** Counts the calls of each operation, for each size, with the provider driven in this process. */
export async function countCalls(sizes: readonly number[]): Promise<Counted[]> {
  return (await Promise.all(sizes.map(countOf))).flat();
}

async function countOf(size: number): Promise<Counted[]> {
  const iam = await startIamEmulator();
  const program = drive(iam, size);
  const counted: Counted[] = [];
  const count = async (operation: string, holds: number, work: () => Promise<void>, latency = LATENCY) => {
    const lift = iam.inject({ operation: "*", latency: latency || 0, times: Infinity });
    const before = iam.calls().length;
    await work();
    lift();
    counted.push({ size, operation, ...countsSince(iam, before) });
    if (iam.policies().length !== holds)
      throw new Error(`IAM should hold ${holds} policies after ${operation}`);
  };
  const writes = size < MANY ? LATENCY : 0;
  try {
    await count("preview", 0, () => program.preview());
    await count("create", size, () => program.up(), writes);
    await count("no-op preview", size, () => program.preview());
    await count("no-op up", size, () => program.up());
    await count("role reorder", size, () => program.up({ roles: [...ROLES].reverse() }));
    await count("refresh", size, () => program.refresh());
    await count("update", size, () => program.up({ roles: OTHER_ROLES }), writes);
    if (size < MANY)
      await count("description", size, () => program.up({ roles: OTHER_ROLES, description: "why" }), writes);
    await count("destroy", 0, () => program.destroy(), writes);
  } finally {
    await iam.close();
  }
  return counted;
}

/** How many calls for policies each operation may make. */
const POLICY_CALLS: Record<string, (size: number) => number> = {
  preview: () => 0,
  create: (size) => size,
  "no-op preview": () => 0,
  "no-op up": () => 0,
  "role reorder": () => 0,
  update: (size) => 2 * size,
  description: (size) => 2 * size,
  destroy: (size) => size,
};

/** The bounds of what was counted. All of the authorizations are of one pair, with one set of credentials. */
export function callBounds(counted: readonly Counted[], part = "calls"): Bound[] {
  const sizes = [...new Set(counted.map(({ size }) => size))];
  return sizes.flatMap((size) => {
    const all = counted.filter((each) => each.size === size);
    const bound = (what: string, measured: number, atMost: number): Bound => ({
      part,
      what: `${what} of ${size}`,
      measured,
      atMost,
      unit: "calls",
    });
    const most = (of: (each: Counted) => number) => Math.max(...all.map(of));
    return [
      ...all.flatMap(({ operation, policies, ...each }) => {
        if (operation === "refresh") return [bound("refresh: all calls", each.all, 3 + size / 1000)];
        const allowed = POLICY_CALLS[operation];
        return allowed ? [bound(`${operation}: calls for policies`, policies, allowed(size))] : [];
      }),
      bound(
        "any operation: tokens",
        most(({ tokens }) => tokens),
        1,
      ),
      bound(
        "any operation: look-ups of roles",
        most(({ roles }) => roles),
        1,
      ),
    ];
  });
}

/** What was counted, an operation a line. */
export function callsTable(counted: readonly Counted[]): string {
  const sizes = [...new Set(counted.map(({ size }) => size))];
  const operations = [...new Set(counted.map(({ operation }) => operation))];
  const cell = (operation: string, size: number) => {
    const found = counted.find((each) => each.operation === operation && each.size === size);
    return found ? `${found.policies} + ${found.tokens} + ${found.roles}` : "";
  };
  return tableOf(
    ["policies + tokens + roles", ...sizes.map((size) => `of ${size}`)],
    operations.map((operation) => [operation, ...sizes.map((size) => cell(operation, size))]),
  );
}
