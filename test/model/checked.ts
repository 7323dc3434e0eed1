import type { Call } from "../../src/emulator";
import type { Step } from "../support/mini-engine";
import { noteRun } from "./ledger";
import { PROMISES } from "./promises";
import { runInWords, type Observation, type Run } from "./observation";
import { observe } from "./run";
import { inWords } from "./universe";
import type { Snapshot, World } from "./world";

/** Lets the engine run once, and compares what came of it with what is promised. */
export async function checkedRun(world: World, what: Run): Promise<Observation> {
  const seen = await observe(world, what);
  world.story.push(inDetail(seen));
  const flaws = PROMISES.flatMap(({ sentence, counts, flaws }) => {
    const found = flaws(seen);
    world.tally.checks += 1;
    if (counts !== "other") world.tally[counts] += found.length;
    return found.length > 0 ? [`${sentence}\n${found.map((each) => `    ${each}`).join("\n")}`] : [];
  });
  if (flaws.length > 0) throw new BrokenPromise(flaws, world.story);
  noteRun(world, seen);
  return seen;
}

/** Something is not as promised. */
export class BrokenPromise extends Error {
  constructor(flaws: readonly string[], story: readonly string[]) {
    super([...flaws, "What happened:", ...story].join("\n"));
  }
}

/** What happened in a run, for whoever has to find out why. */
function inDetail({
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
  const told = (step: Step) => `${step.kind} ${step.name} ${short(step.id)} ${step.error ?? ""}`;
  const asked = ({ operation, status, path, fault }: Call) =>
    `${operation} ${short(path.split("/")[3])} ${status}${fault ? "!" : ""}`;
  const shown = (when: string, { state, condemned, policies }: Snapshot) => [
    `${when}: ${[...state].map(([name, { id, isHalfMade }]) => `${name}=${short(id)}${isHalfMade ? "(half)" : ""}`).join(" ")}`,
    ...condemned.map(({ name, resource }) => `  replaced: ${name}=${short(resource.id)}`),
    ...[...policies.values()].map((policy) => `  ${inWords(policy)}`),
  ];
  const sets = { orphans: model.orphans.keys(), touched: model.touched, drifted: model.drifted };
  return [
    `run ${runInWords(what)}${adoptOwn ? " IBMCLOUD_ADOPT_OWN=true" : ""}${killed ? ", killed" : ""}`,
    ...[...program].map(([name, declared]) => `declared ${name} ${JSON.stringify(declared)}`),
    ...shown("before", before),
    ...Object.entries(sets).flatMap(([name, ids]) => [...ids].map((id) => `  ${name}: ${short(id)}`)),
    ...steps.map(told),
    `calls: ${calls.map(asked).join(", ")}`,
    ...shown("after", after),
  ].join("\n    ");
}
