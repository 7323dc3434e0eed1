import type { PolicyResource } from "@pulumi/policy";
import type { Authorization } from "../results";
import { isAuthorizationType } from "../shared/resource-types";
import { toAuthorization, type Properties } from "./authorization";

/** The authorizations of a stack, by their ids in findings. */
export interface StackAuthorizations {
  authorizations: Authorization[];
  urns: ReadonlyMap<string, string>;
  /** The error of the first value that a preview doesn't know yet. */
  unknown: unknown;
}

/** The properties that a rule compares, and the name of the credentials. */
const COMPARED = ["source", "target", "roles", "credentials"];

/** Returns the authorizations that a stack declares or reads. Those of one account have the same `accountId`. */
export function authorizationsIn(resources: readonly PolicyResource[]): StackAuthorizations {
  const all = resources
    .filter(({ type }) => isAuthorizationType(type))
    .map(toDeclared)
    .filter(isFirst);
  const accounts = new Map(
    all.flatMap(({ credentials, account }) => (account === undefined ? [] : [[credentials, account]])),
  );
  const idOf = ({ name, urn }: Declared) =>
    all.filter((each) => each.name === name).length === 1 ? name : urn;
  return {
    authorizations: all.map((each) => ({
      ...toAuthorization(idOf(each), each.properties, accounts.get(each.credentials)),
      ...(each.createdAt !== undefined && { createdAt: each.createdAt }),
    })),
    urns: new Map(all.map((each) => [idOf(each), each.urn])),
    unknown: all.find(({ unknown }) => unknown !== undefined)?.unknown,
  };
}

interface Declared {
  name: string;
  urn: string;
  properties: Properties;
  /** A string that is equal for equal credentials. */
  credentials: string;
  /** The account of the credentials. An authorization is always in the account of its target. */
  account: string | undefined;
  createdAt: string | undefined;
  href: string | undefined;
  unknown: unknown;
}

function toDeclared({ name, urn, props, provider }: PolicyResource): Declared {
  const { properties, unknown } = withoutUnknowns(urn, props, COMPARED);
  const { createdAt, href } = withoutUnknowns(urn, props, ["createdAt", "href"]).properties;
  const { target, credentials } = properties;
  return {
    name,
    urn,
    properties,
    credentials: JSON.stringify([provider?.urn, credentials]),
    account: (target as Properties | undefined)?.["accountId"] as string | undefined,
    createdAt: createdAt as string | undefined,
    href: href as string | undefined,
    unknown,
  };
}

/** Returns false if an earlier resource has the same policy: a program can declare a policy and also read it. */
function isFirst({ href }: Declared, at: number, all: readonly Declared[]): boolean {
  return href === undefined || all.findIndex((each) => each.href === href) === at;
}

/**
 * Copies properties, and replaces each unknown value with a string that equals no other value. An authorization then covers
 * another only if it does so whatever the unknown values turn out to be. An unknown account is left out, because a preview of
 * the packaged provider doesn't know the account of the credentials.
 */
function withoutUnknowns(
  urn: string,
  properties: Properties,
  keys: readonly string[],
): { properties: Properties; unknown: unknown } {
  let unknown: unknown;
  const copyOf = (value: unknown, path: string): unknown => {
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.keys(value)
      .filter((key) => path !== urn || keys.includes(key))
      .flatMap((key) => {
        const inner = `${path}.${key}`;
        try {
          return [[key, copyOf((value as Properties)[key], inner)] as const];
        } catch (error) {
          if (key === "accountId") return [];
          unknown ??= error;
          return [[key, `unknown ${inner}`] as const];
        }
      });
    return Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries);
  };
  return { properties: copyOf(properties, urn) as Properties, unknown };
}
