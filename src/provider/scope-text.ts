import type { State } from "./types";

type Side = State["source"] | State["target"];

/** Describes the scope of an authorization. */
export function scopeText({ source, target }: Pick<State, "source" | "target">): string {
  return `${sideText(source, target.accountId)} -> ${sideText(target, target.accountId)}`;
}

/** Describes a source or target: its service, with everything that limits it in parentheses. */
export function sideText(side: Side, ownAccount: string): string {
  const { accountId, serviceName = "", serviceInstance, attributes = [], ...others } = side;
  const { tags = [], ...narrowing }: typeof others & Pick<State["target"], "tags"> = others;
  const words = [
    serviceInstance === "*" ? "all instances" : serviceInstance,
    ...Object.entries(narrowing).map(([key, value]) => `${key} ${value}`),
    ...[...attributes, ...tags].map(({ key, operator = "", value }) => `${key} ${operator} ${String(value)}`),
    accountId === ownAccount ? undefined : `account ${accountId}`,
  ];
  return `${serviceName === "*" ? "any service" : serviceName} (${words.filter(Boolean).join(", ")})`;
}
