import type { Behaviour, Call, IamEmulator, Policy } from "../../src/emulator";
import type { AuthorizationProvider } from "../../src/provider/authorization-provider";
import { miniEngine, type MiniEngine, type Resource, type Step } from "../support/mini-engine";
import { US, type Declared, type Name } from "./universe";
import type { Others } from "./others";

/** What should be there, and whose it is. */
export interface Model {
  program: Map<Name, Declared>;
  /** The program of the last `up` that went well. */
  before: ReadonlyMap<Name, Declared>;
  /** What failed in the last `up`. */
  failed: Step[];
  /** What resources were called before the last `up` that went well. */
  aliases: Map<Name, Name>;
  /** Policies that the stack made or took over. */
  mine: Set<string>;
  /** What those of them mean that no state knows, because a run was killed or an answer never came. */
  orphans: Map<string, string>;
  /** Others' policies that a killed run was about to take over, and had changed already. */
  touched: Set<string>;
  /** Policies in state that others, or a killed run, changed or removed since the stack last saw them. */
  drifted: Set<string>;
  /** Whether a run was killed, or an error said to take over what an interrupted run left. */
  mayAdoptOwn: boolean;
  /** Whether a refresh went well since the last run that was killed or failed. */
  isRefreshed: boolean;
}

/** What happened in all sequences. */
export interface Tally {
  sequences: number;
  commands: number;
  runs: number;
  faults: number;
  kills: number;
  edits: number;
  /** Errors that runs reported. */
  errors: number;
  /** How often a promise was compared with what came of a run. */
  checks: number;
  lost: number;
  doubled: number;
  unreported: number;
  /** Errors that nothing explains. */
  untrue: number;
}

export function newTally(): Tally {
  const kinds = { faults: 0, kills: 0, edits: 0, errors: 0, checks: 0 };
  return { sequences: 0, commands: 0, runs: 0, ...kinds, lost: 0, doubled: 0, unreported: 0, untrue: 0 };
}

export function tallyInWords(tally: Tally): string {
  const { commands, runs, faults, kills, edits, errors, checks } = tally;
  const { lost, doubled, unreported, untrue } = tally;
  return (
    `commands ${commands}, runs ${runs}, calls with a fault ${faults}, kills ${kills}, ` +
    `edits by others ${edits}, errors ${errors}, promises checked ${checks} times; lost ${lost}, doubled ${doubled}, ` +
    `reported and not done ${unreported}, untrue errors ${untrue}`
  );
}

/** The provider and everything around it. */
export interface World {
  iam: IamEmulator;
  others: Others;
  habits: Partial<Behaviour>;
  engine: MiniEngine;
  /** What the engine's next run drives. */
  provider: () => AuthorizationProvider;
  /** How many requests the stack had made when its last run ended. */
  requests: number;
  model: Model;
  tally: Tally;
  /** What was done so far, in words. */
  story: string[];
}

/** What there is at one moment. */
export interface Snapshot {
  state: Map<string, Resource>;
  condemned: MiniEngine["condemned"];
  /** Deleted ones too. */
  policies: Map<string, Policy>;
}

export function startWorld(
  { iam, others, tally }: Pick<World, "iam" | "others" | "tally">,
  habits: Partial<Behaviour>,
): World {
  iam.reset();
  iam.behave({ ...USUAL, ...habits });
  const world: World = {
    iam,
    others,
    habits,
    engine: miniEngine(() => world.provider()),
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

const USUAL: Partial<Behaviour> = {
  staleEtagStatus: 412,
  visibleAfter: 0,
  staleFor: 0,
  lingersFor: 0,
  deletedIs: "shown",
  secondDelete: 404,
  etagHeader: true,
  conflictsWith: "policy",
};

/** How long it takes until everybody sees what was written, in milliseconds. */
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

/** The ids that a state holds, of resources and of what they replaced. */
export function idsIn({ state, condemned }: Pick<Snapshot, "state" | "condemned">): string[] {
  return [...state.values(), ...condemned.map(({ resource }) => resource)].map(({ id }) => id);
}

/** Whether the stack's credentials wrote a policy last. */
export function isWrittenByUs({ last_modified_by_id }: Policy): boolean {
  return last_modified_by_id === US;
}

/** What the stack asked IAM so far. */
export function requestsOf({ iam }: Pick<World, "iam">) {
  return iam.calls().filter(isOurs);
}

export function isWrite({ operation }: Pick<Call, "operation">): boolean {
  return ["createV2Policy", "replaceV2Policy", "deleteV2Policy"].includes(operation);
}

export function isOurs({ userAgent }: { userAgent: string }): boolean {
  return userAgent.startsWith("pulumi-ibm-en-authorization/");
}
