import { setTimeout as sleep } from "node:timers/promises";
import type { Arrival } from "../../src/emulator";
import type { Timeouts } from "../../src/iam/types";
import {
  authorizationProvider,
  type AuthorizationProvider,
  type ProviderOptions,
} from "../../src/provider/provider";
import { Killed, type Step } from "../support/mini-engine";
import { throughPlugin } from "../support/plugin-door";
import { perform } from "./edits";
import { isPermanent, isSlow, type Observation, type Run } from "./observation";
import { REQUEST_TIMEOUT } from "./troubles";
import { argumentsOf, OUR_KEY, type Declared, type Name } from "./universe";
import { idsIn, isOurs, lagOf, policiesOf, requestsOf, snapshot, type Model, type World } from "./world";

/** The part of an observation that grows during a run. */
interface Progress extends Pick<Observation, "moments" | "steps" | "killed" | "permits"> {
  contested: Set<string>;
  /** The number of requests that reached IAM, answered or not. */
  arrived: number;
  /** The host's unfinished calls, even if its engine was killed. */
  pending: Set<Promise<unknown>>;
}

/** Runs the engine once and records the run. */
export async function observe(world: World, what: Run): Promise<Observation> {
  const { model, tally } = world;
  const before = snapshot(world);
  const progress: Progress = {
    moments: [before.policies],
    steps: [],
    killed: false,
    permits: 0,
    contested: new Set(),
    arrived: 0,
    pending: new Set(),
  };
  const adoptOwn = what.adoptOwn === true && model.mayAdoptOwn;
  const program = declaredIn(model, what);
  // The state does not know the age of a policy to adopt, so wait until all readers see its current version.
  if (adoptOwn || [...program.values()].some(({ adopt }) => adopt !== undefined)) await sleep(lagOf(world));
  const begun = requestsOf(world).length;

  const lift = injectTroubles(world, what, progress);
  world.provider = () => hosted(world, what, adoptOwn, progress);
  const errors = await started(world, what, program, progress);
  // The host survives its engine and finishes its calls.
  while (progress.pending.size > 0) await Promise.allSettled(progress.pending);
  if (isSlow(what) || isPermanent(what))
    await untilAnswered(() => progress.arrived - (requestsOf(world).length - begun));
  lift();
  const held = idsIn(snapshot(world));
  // The provider cannot wait for writes that got no response, or for those of another resource with the same policy.
  if (progress.killed || errors.length > 0 || isSlow(what) || new Set(held).size < held.length)
    await sleep(lagOf(world));

  const after = snapshot(world);
  const requests = requestsOf(world);
  const calls = requests.slice(begun);
  const requestsBetween = begun - world.requests;
  world.requests = requests.length;
  tally.runs += 1;
  tally.kills += Number(progress.killed);
  tally.errors += errors.length;
  tally.faults += calls.filter(({ fault }) => fault).length;
  return {
    ...{ what, program, adoptOwn, errors, calls, requestsBetween, before, after },
    ...progress,
    moments: [...progress.moments, after.policies],
    aliases: new Map(model.aliases),
    model: structuredClone(model),
  };
}

/** Returns the resources that a run declares. */
function declaredIn({ program }: Model, { without = [] }: Run): Map<Name, Declared> {
  return new Map([...program].filter(([name]) => !without.includes(name)));
}

/** Injects the faults of a run. @returns a function that removes them */
function injectTroubles(
  world: World,
  { kill, meanwhile, troubles = [] }: Run,
  progress: Progress,
): () => void {
  const { iam } = world;
  const when = isOurs;
  const count = (call: Arrival) => {
    progress.arrived += Number(isOurs(call));
    return false;
  };
  const lifts = [iam.inject({ operation: "*", when: count })];
  // With propagation lags the deadline is long, so a permanent fault would take too long.
  const most = lagOf(world) > 0 ? 3 : Infinity;
  for (const { fault } of troubles) {
    lifts.push(iam.inject({ ...fault, when, times: Math.min(fault.times ?? 1, most) }));
  }
  if (kill && !("step" in kill)) {
    const die = () => {
      progress.killed = true;
    };
    lifts.push(iam.inject({ ...kill, when, meanwhile: die }));
  }
  if (meanwhile) {
    const { edit, ...met } = meanwhile;
    const others = async () => {
      progress.moments.push(policiesOf(iam));
      const id = await perform(world, edit);
      if (id !== undefined) progress.contested.add(id);
      progress.moments.push(policiesOf(iam));
    };
    lifts.push(iam.inject({ ...met, when, meanwhile: others }));
  }
  return () => {
    for (const lift of lifts) lift();
  };
}

/** Runs the engine until it ends or is killed. @returns the errors that it reported */
async function started(
  { engine, model }: World,
  { kind, kill, replace, oneByOne, reversed }: Run,
  program: ReadonlyMap<Name, Declared>,
  progress: Progress,
): Promise<string[]> {
  let steps = 0;
  const options = {
    step: () => {
      if (kill && "step" in kill && kill.step <= steps) progress.killed = true;
      steps += 1;
      if (progress.killed) throw new Killed();
    },
    report: (step: Step) => {
      if (!progress.killed) progress.steps.push(step);
    },
  };
  const written = [...program].map(([name, declared]) => [name, argumentsOf(declared)] as const);
  const begin = {
    up: () =>
      engine.up(Object.fromEntries(reversed ? written.reverse() : written), {
        ...{ ...options, replace, oneByOne },
        aliases: Object.fromEntries(model.aliases),
      }),
    refresh: () => engine.refresh(options),
    destroy: () => engine.destroy(options),
  };
  try {
    return (await begin[kind]()).errors;
  } catch (error) {
    if (error instanceof Killed) return [];
    throw error;
  }
}

/** Waits until IAM has answered the requests that callers gave up. */
async function untilAnswered(open: () => number): Promise<void> {
  for (let calm = 0; calm < 3; calm = open() > 0 ? 0 : calm + 1) await sleep(2);
}

/** Returns timeouts in milliseconds: the real IAM needs seconds and minutes. */
function timeoutsOf(world: World, what: Run): Timeouts {
  const lags = lagOf(world) > 0;
  return {
    requestTimeout: isSlow(what) ? REQUEST_TIMEOUT : 10_000,
    // The deadline of one operation with all its calls.
    retryTimeout: isPermanent(what) && !lags ? 60 : 10_000,
    firstDelay: 1,
    longestDelay: 4,
    clockTolerance: 0,
    // Without lags the provider must not wait, although response dates are rounded to seconds.
    propagation: lags ? 10_000 : -10_000,
  };
}

/** Returns a provider as Pulumi's host runs it, configured by the stack. */
function hosted(world: World, what: Run, adoptOwn: boolean, progress: Progress): AuthorizationProvider {
  const options: ProviderOptions = {
    env: adoptOwn ? { IBMCLOUD_ADOPT_OWN: "true" } : {},
    timeouts: timeoutsOf(world, what),
    log: () => undefined,
    isEngineGone: () => {
      progress.permits += Number(!progress.killed);
      return Promise.resolve(progress.killed);
    },
  };
  const config: Record<string, string> = {
    "ibmcloud:apiKey": OUR_KEY,
    "ibmcloud:iamEndpoint": world.iam.url,
  };
  const provider = world.door === "plugin" ? throughPlugin(options, config) : authorizationProvider(options);
  void provider.configure({
    config: { get: (key) => config[key], require: (key) => config[key] ?? "" },
  });
  const track = <Result>(work: Promise<Result>): Promise<Result> => {
    progress.pending.add(work);
    const done = () => progress.pending.delete(work);
    work.then(done, done);
    return work;
  };
  return {
    configure: provider.configure,
    // A check compares only new resources with IAM, and a new resource has no old inputs at all.
    check: (olds, news) => track(provider.check(what.unlisted ? { ...olds, __provider: "" } : olds, news)),
    diff: (...given) => track(provider.diff(...given)),
    create: (...given) => track(provider.create(...given)),
    read: (...given) => track(provider.read(...given)),
    update: (...given) => track(provider.update(...given)),
    delete: (...given) => track(provider.delete(...given)),
  };
}
