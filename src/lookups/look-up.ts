import * as pulumi from "@pulumi/pulumi";
import type { Resources } from "../iam/resources";
import { CodedError, codeOf } from "../shared/coded-error";
import { listed } from "./candidates";
import { connection } from "./connection";

/** What is looked up, and how it is chosen and told of. */
interface Wanted<Found> {
  /** Such as `the service instance`. */
  what: string;
  name: string;
  /** Whose account, by the name of credentials. */
  credentials?: string;
  /** How else it is narrowed, in words. */
  narrowed?: string;
  /** What there is of this name, narrowed as wanted. */
  find: (resources: Resources) => Promise<Found[]>;
  /** What there is besides: asked for when nothing was found. */
  all: (resources: Resources) => Promise<Found[]>;
  tell: (each: Found) => string;
  /** What to write to tell several from one another. */
  apart: (several: readonly Found[]) => string;
}

/**
 * Looks up the one thing that is meant.
 *
 * @throws pulumi.RunError in one sentence: what was looked up, and why it was not found
 */
export async function lookUp<Found extends { name: string }>(wanted: Wanted<Found>): Promise<Found> {
  const { what, name, narrowed = "" } = wanted;
  // A program need not be checked by a compiler, and configuration that is not set is undefined.
  if (typeof (name as unknown) !== "string" || name.trim() === "") {
    throw new pulumi.RunError(
      `Cannot look up ${what}: it needs a name, a text that is not empty (what is known later goes to the function whose name ends in Output) [invalid-argument]`,
    );
  }
  try {
    return await onlyOne(wanted);
  } catch (cause) {
    throw notLookedUp(`${what} "${name}"${narrowed}`, cause);
  }
}

/** One sentence: what was looked up, and why it was not found. */
export function notLookedUp(what: string, cause: unknown): pulumi.RunError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new pulumi.RunError(`Cannot look up ${what}: ${reason} [${codeOf(cause)}]`, { cause });
}

async function onlyOne<Found extends { name: string }>({
  name,
  credentials,
  find,
  all,
  tell,
  apart,
}: Wanted<Found>): Promise<Found> {
  const resources = connection(credentials);
  const found = await find(resources);
  const [one, ...others] = found;
  if (one && others.length === 0) return { ...one };

  const list = (there: readonly Found[]) =>
    listed(
      name,
      there.map((each) => ({ name: each.name, text: tell(each) })),
    );
  if (one) throw new CodedError("ambiguous", `there are ${found.length}: ${list(found)}. ${apart(found)}`);
  const there = await all(resources);
  const account = `the account ${await resources.accountId()} of these credentials`;
  if (there.length > 0) {
    throw new CodedError("not-found", `there is none in ${account}, which has ${list(there)}`);
  }
  throw new CodedError(
    "not-found",
    `there is none in ${account} that they may see: to see one they need the platform role Viewer on it`,
  );
}
