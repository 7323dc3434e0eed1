import type { Call, Fault } from "../../src/emulator";
import type { Step } from "../support/mini-engine";
import type { Edit } from "./edits";
import type { Kill, Trouble } from "./troubles";
import type { Declared, Name } from "./universe";
import type { Model, Snapshot } from "./world";

/** One run of the engine, with its faults and the edits by others during it. */
export interface Run {
  kind: "up" | "refresh" | "destroy";
  /** `IBMCLOUD_ADOPT_OWN=true`, if an interruption came before. */
  adoptOwn?: boolean;
  /** `--replace` */
  replace?: readonly Name[];
  /** Declared resources that are left out of this run. */
  without?: readonly Name[];
  /** `--parallel 1` */
  oneByOne?: boolean;
  /** Reverses the program's order. */
  reversed?: boolean;
  /** Checks compare nothing with IAM, as if it returned no list. Conflicts then reach the creates. */
  unlisted?: boolean;
  troubles?: readonly Trouble[];
  kill?: Kill;
  /** An edit by others during a call. */
  meanwhile?: Pick<Fault, "operation" | "nth" | "afterCommit"> & { edit: Edit };
}

export function formatRun(what: Run): string {
  return JSON.stringify(what, (_key, value: unknown) => {
    if (value === Infinity) return "permanently";
    return value instanceof RegExp || (Array.isArray(value) && value.length === 0) ? undefined : value;
  });
}

/** The record of one run. */
export interface Observation {
  what: Run;
  program: ReadonlyMap<Name, Declared>;
  aliases: ReadonlyMap<Name, Name>;
  adoptOwn: boolean;
  before: Snapshot;
  after: Snapshot;
  /** The policies in IAM at several moments of the run. */
  moments: Snapshot["policies"][];
  /** Policies that others changed during the run. */
  contested: ReadonlySet<string>;
  /** The steps that the engine reported. */
  steps: Step[];
  errors: string[];
  killed: boolean;
  /** The requests that the run made. */
  calls: Call[];
  /** The number of times the provider found its engine alive; it checks before each write. */
  permits: number;
  /** The number of requests between the previous run and this one. */
  requestsBetween: number;
  /** The model before the run. */
  model: Model;
}

/** True if a run reported success. */
export function succeeded({ errors, killed }: Pick<Observation, "errors" | "killed">): boolean {
  return errors.length === 0 && !killed;
}

/** True if responses come after the caller's timeout. */
export function isSlow({ troubles = [] }: Run): boolean {
  return troubles.some(({ fault: { latency = 0 } }) => latency > 0);
}

/** True if a fault never ends, so that operations end at their deadline. */
export function isPermanent({ troubles = [] }: Run): boolean {
  return troubles.some(({ fault: { times } }) => times === Infinity);
}
