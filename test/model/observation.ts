import type { Call, Fault } from "../../src/emulator";
import type { Step } from "../support/mini-engine";
import type { Edit } from "./edits";
import type { Kill, Trouble } from "./troubles";
import type { Declared, Name } from "./universe";
import type { Model, Snapshot } from "./world";

/** One run of the engine, and what happens meanwhile. */
export interface Run {
  kind: "up" | "refresh" | "destroy";
  /** `IBMCLOUD_ADOPT_OWN=true`, where an interruption was told. */
  adoptOwn?: boolean;
  /** `--replace` */
  replace?: readonly Name[];
  /** Declared resources that this run goes without. */
  without?: readonly Name[];
  /** `--parallel 1`, and whether the program's order is turned round. */
  oneByOne?: boolean;
  reversed?: boolean;
  troubles?: readonly Trouble[];
  kill?: Kill;
  /** What others do while a call is under way. */
  meanwhile?: Pick<Fault, "operation" | "nth" | "afterCommit"> & { edit: Edit };
}

export function runInWords(what: Run): string {
  return JSON.stringify(what, (_key, value: unknown) => {
    if (value === Infinity) return "for good";
    return value instanceof RegExp || (Array.isArray(value) && value.length === 0) ? undefined : value;
  });
}

/** What was seen of a run. */
export interface Observation {
  what: Run;
  program: ReadonlyMap<Name, Declared>;
  aliases: ReadonlyMap<Name, Name>;
  adoptOwn: boolean;
  before: Snapshot;
  after: Snapshot;
  /** What IAM held at some moment of the run. */
  moments: Snapshot["policies"][];
  /** Policies that others wrote during the run. */
  contested: ReadonlySet<string>;
  /** What the engine reported. */
  steps: Step[];
  errors: string[];
  killed: boolean;
  /** The requests that the run made. */
  calls: Call[];
  /** How often the provider found its engine alive: before whatever it writes. */
  permits: number;
  /** How many requests came between the run before and this one. */
  requestsBetween: number;
  /** The model as it was before. */
  model: Model;
}

/** Whether a run reported success. */
export function isWell({ errors, killed }: Pick<Observation, "errors" | "killed">): boolean {
  return errors.length === 0 && !killed;
}

/** Whether answers come so late that the caller has given up. */
export function isSlow({ troubles = [] }: Run): boolean {
  return troubles.some(({ fault: { latency = 0 } }) => latency > 0);
}

/** Whether something goes wrong for good, so that operations end with their deadline. */
export function isEndless({ troubles = [] }: Run): boolean {
  return troubles.some(({ fault: { times } }) => times === Infinity);
}
