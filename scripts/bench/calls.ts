import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import type { Bound } from "./bounds";
import { drive } from "./driver";
import { OTHER_ROLES, ROLES } from "./programs";
import { tableOf } from "./table";

/** The calls that IAM received, by kind. */
export interface Counts {
  tokens: number;
  roles: number;
  policies: number;
  all: number;
}

/** The calls of one operation on `size` authorizations. */
export interface Counted extends Counts {
  size: number;
  operation: string;
}

/** The latency of each delayed call, in milliseconds. */
export const LATENCY = 100;

/** From this size on, writes are counted without latency: latency would take a minute and change no count. */
const MANY = 1000;

export function countsSince(iam: IamEmulator, before: number): Counts {
  const made = iam.calls().slice(before);
  const of = (name: string) => made.filter(({ operation }) => operation === name).length;
  const [tokens, roles] = [of("token"), of("listRoles")];
  return { tokens, roles, policies: made.length - tokens - roles, all: made.length };
}

/** Counts the calls of each operation and size. The provider runs in this process. */
export async function countCalls(sizes: readonly number[]): Promise<Counted[]> {
  return (await Promise.all(sizes.map(countOf))).flat();
}

async function countOf(size: number): Promise<Counted[]> {
  const iam = await startIamEmulator();
  const program = drive(iam, size);
  const counted: Counted[] = [];
  const count = async (operation: string, left: number, work: () => Promise<void>, latency = LATENCY) => {
    const lift = iam.inject({ operation: "*", latency, times: Infinity });
    const before = iam.calls().length;
    await work();
    lift();
    counted.push({ size, operation, ...countsSince(iam, before) });
    if (iam.policies().length !== left)
      throw new Error(`IAM should hold ${left} policies after ${operation}`);
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

/** The number of policies on a page, if IAM pages the list. */
const PAGE = 1000;

/** Returns the number of calls that list all policies of an account. */
const listOf = (size: number) => Math.max(1, Math.ceil(size / PAGE));

/**
 * The maximum number of policy calls of each operation. New authorizations are compared with one list of the account's
 * policies, so that a preview shows duplicates and adoptions. Each host process lists them once, and only if something is new.
 */
const POLICY_CALLS: Record<string, (size: number) => number> = {
  preview: listOf,
  create: (size) => size + listOf(size),
  "no-op preview": () => 0,
  "no-op up": () => 0,
  "role reorder": () => 0,
  update: (size) => 2 * size,
  description: (size) => 2 * size,
  destroy: (size) => size,
};

/** Limits the calls of each operation. All authorizations have the same two services and the same credentials. */
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
        "any operation: calls for roles",
        most(({ roles }) => roles),
        1,
      ),
    ];
  });
}

/** Shows the counts, one line for each operation. */
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
