import { BrokenPromise, checkedRun } from "./checked";
import { follow } from "./errors";
import type { Name } from "./universe";
import { isWrite, type World } from "./world";

/** How often what the errors say is followed before they lead nowhere. */
const ROUNDS = 12;

/** The documented recovery: `refresh`, then `up`, which takes over what an interrupted run left. */
export async function recover(world: World): Promise<void> {
  await refreshed(world);
  await checkedRun(world, { kind: "up", adoptOwn: true });
}

/** Follows what the errors say until an `up` goes well, and sees that nothing is left to do, and that all can be removed. */
export async function bringToRest(world: World): Promise<void> {
  await untilWell(world);
  const { steps, calls } = await checkedRun(world, { kind: "up" });
  const done = [...steps.filter(({ kind }) => kind !== "same"), ...calls.filter(isWrite)];
  if (done.length > 0)
    throw new BrokenPromise([`There was something left to do: ${JSON.stringify(done)}`], world.story);
  await refreshed(world);
  const { errors } = await checkedRun(world, { kind: "destroy" });
  if (errors.length > 0) throw new BrokenPromise(["destroy fails"], world.story);
  const left = world.iam.policies().filter(({ id }) => world.model.mine.has(id));
  if (left.length > 0) throw new BrokenPromise(["destroy leaves policies"], world.story);
}

async function untilWell(world: World): Promise<void> {
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
      world.story.push(`    the way on for ${name}: ${way}`);
      if (way === "dropped") model.program.delete(name);
      if (way === "postponed") postponed.push(name);
      if (way === "replaced") replace.push(name);
    }
    if (postponed.length > 0) await checkedRun(world, { kind: "up", adoptOwn: true, without: postponed });
  }
  throw new BrokenPromise(["What the errors say leads nowhere"], world.story);
}

async function refreshed(world: World): Promise<void> {
  const { errors } = await checkedRun(world, { kind: "refresh" });
  if (errors.length > 0) throw new BrokenPromise(["refresh fails"], world.story);
}
