import type { Call } from "../../src/emulator";
import type { Step } from "../support/mini-engine";
import { recordRun } from "./ledger";
import { PROMISES } from "./promises";
import { formatRun, type Observation, type Run } from "./observation";
import { observe } from "./run";
import { formatPolicy } from "./universe";
import type { Snapshot, World } from "./world";

/** Runs the engine once and checks all promises. */
export async function checkedRun(world: World, what: Run): Promise<Observation> {
  const seen = await observe(world, what);
  world.story.push(formatObservation(seen));
  const flaws = PROMISES.flatMap(({ sentence, counts, flaws }) => {
    const found = flaws(seen);
    world.tally.checks += 1;
    if (counts !== "other") world.tally[counts] += found.length;
    return found.length > 0 ? [`${sentence}\n${found.map((each) => `    ${each}`).join("\n")}`] : [];
  });
  if (flaws.length > 0) throw new BrokenPromise(flaws, world.story);
  recordRun(world, seen);
  return seen;
}

/** A promise does not hold. */
export class BrokenPromise extends Error {
  constructor(flaws: readonly string[], story: readonly string[]) {
    super([...flaws, "What happened:", ...story].join("\n"));
  }
}

/** Describes a run in detail, to find the cause of a failure. */
function formatObservation({
  what,
  program,
  adoptOwn,
  before,
  after,
  steps,
  killed,
  calls,
  model,
}: Observation): string {
  const short = (id = "") => id.slice(0, 8);
  const formatStep = (step: Step) => `${step.kind} ${step.name} ${short(step.id)} ${step.error ?? ""}`;
  const formatCall = ({ operation, status, path, fault }: Call) =>
    `${operation} ${short(path.split("/")[3])} ${status}${fault ? "!" : ""}`;
  const formatSnapshot = (when: string, { state, condemned, policies }: Snapshot) => [
    `${when}: ${[...state].map(([name, { id, isHalfMade }]) => `${name}=${short(id)}${isHalfMade ? "(half)" : ""}`).join(" ")}`,
    ...condemned.map(({ name, resource }) => `  replaced: ${name}=${short(resource.id)}`),
    ...[...policies.values()].map((policy) => `  ${formatPolicy(policy)}`),
  ];
  const sets = { orphans: model.orphans.keys(), touched: model.touched, drifted: model.drifted };
  return [
    `run ${formatRun(what)}${adoptOwn ? " IBMCLOUD_ADOPT_OWN=true" : ""}${killed ? ", killed" : ""}`,
    ...[...program].map(([name, declared]) => `declared ${name} ${JSON.stringify(declared)}`),
    ...formatSnapshot("before", before),
    ...Object.entries(sets).flatMap(([name, ids]) => [...ids].map((id) => `  ${name}: ${short(id)}`)),
    ...steps.map(formatStep),
    `calls: ${calls.map(formatCall).join(", ")}`,
    ...formatSnapshot("after", after),
  ].join("\n    ");
}
