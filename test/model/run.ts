import { setTimeout as sleep } from "node:timers/promises";
import type { Arrival } from "../../src/emulator";
import type { Timeouts } from "../../src/iam/types";
import { authorizationProvider, type AuthorizationProvider } from "../../src/provider/provider";
import { Killed, type Step } from "../support/mini-engine";
import { perform } from "./edits";
import { isEndless, isSlow, type Observation, type Run } from "./observation";
import { REQUEST_TIMEOUT } from "./troubles";
import { argumentsOf, OUR_KEY, type Declared, type Name } from "./universe";
import { idsIn, isOurs, lagOf, policiesOf, requestsOf, snapshot, type Model, type World } from "./world";

/** What changes while a run is under way. */
interface Course extends Pick<Observation, "moments" | "steps" | "killed" | "permits"> {
  contested: Set<string>;
  /** Requests that came to IAM, answered or not. */
  arrived: number;
  /** What the host is at, whether or not its engine lives. */
  pending: Set<Promise<unknown>>;
}

/** Lets the engine run once. */
export async function observe(world: World, what: Run): Promise<Observation> {
  const { model, tally } = world;
  const before = snapshot(world);
  const course: Course = {
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
  // No state tells how fresh what is taken over is: everybody sees it as it is.
  if (adoptOwn || [...program.values()].some(({ adopt }) => adopt !== undefined)) await sleep(lagOf(world));
  const begun = requestsOf(world).length;

  const lift = interfere(world, what, course);
  world.provider = () => hosted(world, what, adoptOwn, course);
  const errors = await started(world, what, program, course);
  // The host outlives its engine, and ends what is under way.
  while (course.pending.size > 0) await Promise.allSettled(course.pending);
  if (isSlow(what) || isEndless(what))
    await untilQuiet(() => course.arrived - (requestsOf(world).length - begun));
  lift();
  const held = idsIn(snapshot(world));
  // Nobody can wait for what was written unanswered, or by another resource that holds the same.
  if (course.killed || errors.length > 0 || isSlow(what) || new Set(held).size < held.length)
    await sleep(lagOf(world));

  const after = snapshot(world);
  const requests = requestsOf(world);
  const calls = requests.slice(begun);
  const requestsBetween = begun - world.requests;
  world.requests = requests.length;
  tally.runs += 1;
  tally.kills += Number(course.killed);
  tally.errors += errors.length;
  tally.faults += calls.filter(({ fault }) => fault).length;
  return {
    ...{ what, program, adoptOwn, errors, calls, requestsBetween, before, after },
    ...course,
    moments: [...course.moments, after.policies],
    aliases: new Map(model.aliases),
    model: structuredClone(model),
  };
}

/** What a run is told to be declared. */
function declaredIn({ program }: Model, { without = [] }: Run): Map<Name, Declared> {
  return new Map([...program].filter(([name]) => !without.includes(name)));
}

/** Lets go wrong what is to go wrong. @returns what lifts it */
function interfere(world: World, { kill, meanwhile, troubles = [] }: Run, course: Course): () => void {
  const { iam } = world;
  const when = isOurs;
  const count = (call: Arrival) => {
    course.arrived += Number(isOurs(call));
    return false;
  };
  const lifts = [iam.inject({ operation: "*", when: count })];
  // Where IAM shows late what was written, nothing can be given up as early as a fault for good asks for.
  const most = lagOf(world) > 0 ? 3 : Infinity;
  for (const { fault } of troubles) {
    lifts.push(iam.inject({ ...fault, when, times: Math.min(fault.times ?? 1, most) }));
  }
  if (kill && !("step" in kill)) {
    const die = () => {
      course.killed = true;
    };
    lifts.push(iam.inject({ ...kill, when, meanwhile: die }));
  }
  if (meanwhile) {
    const { edit, ...met } = meanwhile;
    const others = async () => {
      course.moments.push(policiesOf(iam));
      const id = await perform(world, edit);
      if (id !== undefined) course.contested.add(id);
      course.moments.push(policiesOf(iam));
    };
    lifts.push(iam.inject({ ...met, when, meanwhile: others }));
  }
  return () => {
    for (const lift of lifts) lift();
  };
}

/** The engine's run, up to its end or the engine's. @returns the errors that it reported */
async function started(
  { engine, model }: World,
  { kind, kill, replace, oneByOne, reversed }: Run,
  program: ReadonlyMap<Name, Declared>,
  course: Course,
): Promise<string[]> {
  let steps = 0;
  const options = {
    step: () => {
      if (kill && "step" in kill && kill.step <= steps) course.killed = true;
      steps += 1;
      if (course.killed) throw new Killed();
    },
    told: (step: Step) => {
      if (!course.killed) course.steps.push(step);
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

/** Waits until what callers gave up is answered. */
async function untilQuiet(open: () => number): Promise<void> {
  for (let calm = 0; calm < 3; calm = open() > 0 ? 0 : calm + 1) await sleep(2);
}

/** What takes seconds and minutes with the real IAM takes some milliseconds here. */
function timeoutsOf(world: World, what: Run): Timeouts {
  const lags = lagOf(world) > 0;
  return {
    requestTimeout: isSlow(what) ? REQUEST_TIMEOUT : 10_000,
    // One operation with all its calls.
    retryTimeout: isEndless(what) && !lags ? 60 : 10_000,
    firstDelay: 1,
    longestDelay: 4,
    clockTolerance: 0,
    // Where everything is seen at once nothing is waited for, whatever the seconds of the answers' dates seem to say.
    propagation: lags ? 10_000 : -10_000,
  };
}

/** A provider as Pulumi's host has it, set up by a stack's configuration. */
function hosted(world: World, what: Run, adoptOwn: boolean, course: Course): AuthorizationProvider {
  const provider = authorizationProvider({
    env: adoptOwn ? { IBMCLOUD_ADOPT_OWN: "true" } : {},
    timeouts: timeoutsOf(world, what),
    log: () => undefined,
    isEngineGone: () => {
      course.permits += Number(!course.killed);
      return Promise.resolve(course.killed);
    },
  });
  const config: Record<string, string> = {
    "ibmcloud:apiKey": OUR_KEY,
    "ibmcloud:iamEndpoint": world.iam.url,
  };
  void provider.configure({
    config: { get: (key) => config[key], require: (key) => config[key] ?? "" },
  });
  const track = <Result>(work: Promise<Result>): Promise<Result> => {
    course.pending.add(work);
    const done = () => course.pending.delete(work);
    work.then(done, done);
    return work;
  };
  return {
    configure: provider.configure,
    check: (...given) => track(provider.check(...given)),
    diff: (...given) => track(provider.diff(...given)),
    create: (...given) => track(provider.create(...given)),
    read: (...given) => track(provider.read(...given)),
    update: (...given) => track(provider.update(...given)),
    delete: (...given) => track(provider.delete(...given)),
  };
}
