import { BrokenPromise, checkedRun } from "./checked";
import { follow } from "./errors";
import type { Name } from "./universe";
import { isWrite, type World } from "./world";

/** The number of times to follow the advice in errors before giving up. */
const ROUNDS = 12;

/** Runs the documented recovery: `refresh`, then an `up` that adopts the policies an interrupted run left. */
export async function recover(world: World): Promise<void> {
  await refreshed(world);
  await checkedRun(world, { kind: "up", adoptOwn: true });
}

/** Follows the advice in errors until an `up` succeeds, then checks that nothing is left to do and that destroy removes everything. */
export async function converge(world: World): Promise<void> {
  await untilSuccess(world);
  const { steps, calls } = await checkedRun(world, { kind: "up" });
  const done = [...steps.filter(({ kind }) => kind !== "same"), ...calls.filter(isWrite)];
  if (done.length > 0)
    throw new BrokenPromise([`The second up made changes: ${JSON.stringify(done)}`], world.story);
  await refreshed(world);
  const { errors } = await checkedRun(world, { kind: "destroy" });
  if (errors.length > 0) throw new BrokenPromise(["destroy failed"], world.story);
  const left = world.iam.policies().filter(({ id }) => world.model.mine.has(id));
  if (left.length > 0) throw new BrokenPromise(["destroy left policies"], world.story);
}

async function untilSuccess(world: World): Promise<void> {
  const { model } = world;
  let replace: Name[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await refreshed(world);
    const { errors, steps } = await checkedRun(world, { kind: "up", adoptOwn: true, replace });
    replace = [];
    if (errors.length === 0) return;
    const postponed: Name[] = [];
    for (const step of steps.filter(({ error }) => error !== undefined)) {
      const name = step.name as Name;
      const way = await follow(world, step);
      world.story.push(`    outcome for ${name}: ${way}`);
      if (way === "dropped") model.program.delete(name);
      if (way === "postponed") postponed.push(name);
      if (way === "replaced") replace.push(name);
    }
    if (postponed.length > 0) await checkedRun(world, { kind: "up", adoptOwn: true, without: postponed });
  }
  throw new BrokenPromise(["The advice in the errors did not lead to a successful up"], world.story);
}

async function refreshed(world: World): Promise<void> {
  const { errors } = await checkedRun(world, { kind: "refresh" });
  if (errors.length > 0) throw new BrokenPromise(["refresh failed"], world.story);
}
