import type { Behavior, Call, IamEmulator, Policy } from "../../src/emulator";
import { DEFAULT_BEHAVIOR } from "../../src/emulator/behavior";
import type { AuthorizationProvider } from "../../src/provider/provider";
import { miniEngine, type MiniEngine, type Resource, type Step } from "../support/mini-engine";
import { US, type Declared, type Name } from "./universe";
import type { Others } from "./others";

/** The expected contents of state and IAM, and who owns each policy. */
export interface Model {
  program: Map<Name, Declared>;
  /** The program of the last successful `up`. */
  before: ReadonlyMap<Name, Declared>;
  /** The failed steps of the last `up`. */
  failed: Step[];
  /** Old resource names by new name, since the last successful `up`. */
  aliases: Map<Name, Name>;
  /** Policies that the stack created or adopted. */
  mine: Set<string>;
  /** Fingerprints of own policies that are missing in state after a kill or a lost response, by policy id. */
  orphans: Map<string, string>;
  /** Policies of others that a killed run had changed while adopting them. */
  touched: Set<string>;
  /** Policies in state that others or a killed run changed or deleted since the stack last read them. */
  drifted: Set<string>;
  /** True after a kill, or after an error that recommends IBMCLOUD_ADOPT_OWN. */
  mayAdoptOwn: boolean;
  /** True if a refresh succeeded since the last run that was killed or failed. */
  isRefreshed: boolean;
}

/** Counts over all sequences. */
export interface Tally {
  sequences: number;
  commands: number;
  runs: number;
  faults: number;
  kills: number;
  edits: number;
  /** Errors that runs reported. */
  errors: number;
  /** The number of promises checked after runs. */
  checks: number;
  lost: number;
  doubled: number;
  unreported: number;
  /** Unexplained errors. */
  untrue: number;
}

export function newTally(): Tally {
  const kinds = { faults: 0, kills: 0, edits: 0, errors: 0, checks: 0 };
  return { sequences: 0, commands: 0, runs: 0, ...kinds, lost: 0, doubled: 0, unreported: 0, untrue: 0 };
}

export function formatTally(tally: Tally): string {
  const { commands, runs, faults, kills, edits, errors, checks } = tally;
  const { lost, doubled, unreported, untrue } = tally;
  return (
    `commands ${commands}, runs ${runs}, calls with a fault ${faults}, kills ${kills}, ` +
    `edits by others ${edits}, errors ${errors}, promises checked ${checks} times; lost ${lost}, doubled ${doubled}, ` +
    `reported and not done ${unreported}, untrue errors ${untrue}`
  );
}

/** The provider and its surroundings. */
export type Door = "dynamic" | "plugin";

export interface World {
  iam: IamEmulator;
  others: Others;
  habits: Partial<Behavior>;
  /** The dynamic resource, or the packaged provider. */
  door: Door;
  engine: MiniEngine;
  /** Returns the provider for the engine's next run. */
  provider: () => AuthorizationProvider;
  /** The number of the stack's requests up to the end of its last run. */
  requests: number;
  model: Model;
  tally: Tally;
  /** A log of all actions so far. */
  story: string[];
}

/** The contents of state and IAM at one moment. */
export interface Snapshot {
  state: Map<string, Resource>;
  condemned: MiniEngine["condemned"];
  /** Includes deleted policies. */
  policies: Map<string, Policy>;
}

export function startWorld(
  { iam, others, tally, door }: Pick<World, "iam" | "others" | "tally" | "door">,
  habits: Partial<Behavior>,
): World {
  iam.reset();
  iam.behave({ ...DEFAULT_BEHAVIOR, ...habits });
  const world: World = {
    iam,
    others,
    habits,
    door,
    engine: miniEngine(() => world.provider(), door === "plugin"),
    provider: () => {
      throw new Error("no run was started");
    },
    requests: 0,
    model: {
      program: new Map(),
      before: new Map(),
      failed: [],
      aliases: new Map(),
      mine: new Set(),
      orphans: new Map(),
      touched: new Set(),
      drifted: new Set(),
      mayAdoptOwn: false,
      isRefreshed: true,
    },
    tally,
    story: [],
  };
  return world;
}

/** Returns the time until all readers see a write, in milliseconds. */
export function lagOf({ habits: { visibleAfter = 0, staleFor = 0, lingersFor = 0 } }: World): number {
  return Math.max(visibleAfter, staleFor, lingersFor);
}

export function snapshot({ engine, iam }: World): Snapshot {
  return { state: new Map(engine.resources), condemned: [...engine.condemned], policies: policiesOf(iam) };
}

export function policiesOf(iam: IamEmulator): Map<string, Policy> {
  return new Map(iam.policies({ state: "all" }).map((policy) => [policy.id, policy]));
}

export function isActive(policy: Policy | undefined): policy is Policy & { state: "active" } {
  return policy?.state === "active";
}

/** Returns the policy ids in state, including replaced resources. */
export function idsIn({ state, condemned }: Pick<Snapshot, "state" | "condemned">): string[] {
  return [...state.values(), ...condemned.map(({ resource }) => resource)].map(({ id }) => id);
}

/** True if the stack's credentials made the last change of a policy. */
export function isWrittenByUs({ last_modified_by_id }: Policy): boolean {
  return last_modified_by_id === US;
}

/** Returns the stack's requests to IAM so far. */
export function requestsOf({ iam }: Pick<World, "iam">) {
  return iam.calls().filter(isOurs);
}

export function isWrite({ operation }: Pick<Call, "operation">): boolean {
  return ["createV2Policy", "replaceV2Policy", "deleteV2Policy"].includes(operation);
}

export function isOurs({ userAgent }: { userAgent: string }): boolean {
  return userAgent.startsWith("pulumi-ibm-en-authorization/");
}
