import * as pulumi from "@pulumi/pulumi";
import { distance } from "fastest-levenshtein";
import type { Resources } from "../iam/resources";
import { CodedError, codeOf, messageOf } from "../shared/coded-error";
import { connect } from "./connection";
import { mockedResult } from "./mocked";

/** A lookup of one resource by its name. */
interface Lookup<Found> {
  /** The function's name. Pulumi's mocks get it. */
  lookup: "getServiceInstance" | "getResourceGroup";
  /** The kind of resource for error messages, such as `service instance`. */
  kind: string;
  /** The function's arguments. `credentials` is the name of the credentials, whose account is searched. */
  args: { name: string; credentials?: string };
  /** The arguments that the result has too. A mocked result gets them from the arguments. */
  returned: readonly (keyof Found & string)[];
  /** The text of the other arguments for error messages, such as ` of kms in us-south`. */
  filterText?: string;
  /** Returns the resources that match the name and all other arguments. */
  matches: (resources: Resources) => Promise<Found[]>;
  /** Returns the resources to suggest if nothing matches. */
  candidates: (resources: Resources) => Promise<Found[]>;
  /** Describes a resource for error messages. */
  describe: (each: Found) => string;
  /** Explains how to choose one of several matches. */
  chooseOne: (several: readonly Found[]) => string;
}

/** The maximum number of resources that an error message lists. For the rest, it gives only their number. */
const LISTED = 10;

/**
 * Finds the one resource that a lookup describes.
 *
 * @throws pulumi.RunError if the name is empty or not a string, or if no resource or several resources match
 */
export async function findOne<Found extends { name: string }>(lookup: Lookup<Found>): Promise<Found> {
  const { kind, args, filterText = "" } = lookup;
  const { name } = args;
  // JavaScript doesn't check the type, and a missing configuration value is undefined.
  if (typeof (name as unknown) !== "string" || name.trim() === "") {
    throw withoutStack(
      new pulumi.RunError(
        `Cannot look up the ${kind}: name must be a non-empty string. For an output, call the function whose name ends in Output [invalid-argument]`,
      ),
    );
  }
  try {
    const mocked = await mockedResult(lookup.lookup, args);
    return mocked ? ({ ...pick(args, lookup.returned), ...mocked } as Found) : await onlyMatch(lookup);
  } catch (cause) {
    throw lookupError(`the ${kind} "${name}"${filterText}`, cause);
  }
}

/** Returns the properties with these keys that an object has. */
function pick(values: object, keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(values).filter(([key]) => keys.includes(key)));
}

/** Returns the error of a failed lookup: what was looked up, why it failed, and the code of the cause. */
export function lookupError(what: string, cause: unknown): pulumi.RunError {
  return withoutStack(
    new pulumi.RunError(`Cannot look up ${what}: ${messageOf(cause)} [${codeOf(cause)}]`, { cause }),
  );
}

/**
 * Removes the name of an error, and replaces its stack with its message. If an output fails, Pulumi prints the stack of its
 * error, and the name of the property that has this output.
 */
function withoutStack(error: pulumi.RunError): pulumi.RunError {
  error.name = "";
  error.stack = error.message;
  return error;
}

async function onlyMatch<Found extends { name: string }>({
  kind,
  args: { name, credentials },
  matches,
  candidates,
  describe,
  chooseOne,
}: Lookup<Found>): Promise<Found> {
  const resources = connect(credentials);
  const found = await matches(resources);
  const [first, ...others] = found;
  if (first && others.length === 0) return { ...first };

  const list = (several: readonly Found[]) => listText(closestFirst(name, several).map(describe));
  if (first) {
    throw new CodedError("ambiguous", `${found.length} ${kind}s match: ${list(found)}. ${chooseOne(found)}`);
  }
  const suggested = await candidates(resources);
  const account = await resources.accountId();
  if (suggested.length > 0) {
    throw new CodedError(
      "not-found",
      `the credentials' account ${account} has no match. Use one of these, closest name first: ${list(suggested)}`,
    );
  }
  throw new CodedError(
    "not-found",
    `the credentials can see no ${kind} in their account ${account}. Give them the platform role Viewer on the ${kind}`,
  );
}

function closestFirst<Found extends { name: string }>(name: string, all: readonly Found[]): Found[] {
  const normalized = (text: string) => text.trim().toLowerCase();
  return all
    .map((each) => ({ each, distance: distance(normalized(name), normalized(each.name)) }))
    .sort((one, other) => one.distance - other.distance)
    .map(({ each }) => each);
}

function listText(texts: readonly string[]): string {
  const rest = texts.length - LISTED;
  return texts.slice(0, LISTED).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
