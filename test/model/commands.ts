import * as fc from "fast-check";
import { checkedRun } from "./checked";
import { arbitraryEdit, performBetween, type Edit } from "./edits";
import { recover } from "./recovery";
import { formatRun, type Run } from "./observation";
import { arbitraryKill, arbitraryTrouble, lostPermanently } from "./troubles";
import { NAMES } from "./universe";
import type { Model, World } from "./world";
import { arbitraryChange, arbitraryWriting, write, type Writing } from "./writing";

interface Command extends fc.AsyncCommand<Model, World> {
  check: (model: Readonly<Model>) => boolean;
}

const trouble = fc.array(arbitraryTrouble, { minLength: 1, maxLength: 2 });
const meanwhile = fc.record({
  operation: fc.constantFrom(
    "getV2Policy" as const,
    "replaceV2Policy" as const,
    "createV2Policy" as const,
    "listV2Policies" as const,
    "deleteV2Policy" as const,
  ),
  nth: fc.constantFrom(1, 1, 2),
  afterCommit: fc.boolean(),
  edit: arbitraryEdit,
});
const sometimes = <Value>(often: number, arbitrary: fc.Arbitrary<Value>) =>
  fc.option(arbitrary, { freq: often, nil: undefined });

const up: fc.Arbitrary<Run> = fc.record({
  kind: fc.constant("up" as const),
  adoptOwn: fc.boolean(),
  replace: fc.oneof(
    { weight: 5, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.subarray([...NAMES], { minLength: 1, maxLength: 2 }) },
  ),
  oneByOne: fc.boolean(),
  reversed: fc.boolean(),
  unlisted: fc.boolean(),
  troubles: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 3, arbitrary: trouble }),
});
const run: fc.Arbitrary<Run> = fc.oneof(
  { weight: 8, arbitrary: up },
  {
    weight: 6,
    arbitrary: fc.tuple(up, arbitraryKill).map(([run, kill]) => ({ ...run, kill })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(up, meanwhile).map(([run, between]) => ({ ...run, meanwhile: between })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("refresh" as const),
      troubles: trouble,
      kill: sometimes(3, arbitraryKill),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("destroy" as const),
      troubles: trouble,
      kill: sometimes(2, arbitraryKill),
    }),
  },
);

/** Edits of the program, runs with and without faults and kills, edits by others, and the documented recovery. */
export const arbitraryCommands: fc.Arbitrary<Command>[] = [
  arbitraryWriting.map((each) => written([each])),
  fc
    .tuple(fc.array(arbitraryWriting, { minLength: 1, maxLength: 3 }), up)
    .map(([writings, run]) => written(writings, run)),
  fc
    .tuple(fc.array(arbitraryWriting, { minLength: 1, maxLength: 2 }), run)
    .map(([writings, run]) => written(writings, run)),
  arbitraryChange.map(undone),
  run.map(ran),
  arbitraryEdit.map(edited),
  fc.constant(recovered()),
];

/** Edits the program and optionally runs it. */
function written(writings: readonly Writing[], what?: Run): Command {
  return {
    // After an interruption, first run the same program: only it can find the policies that were left.
    check: ({ orphans, touched }) => orphans.size + touched.size === 0,
    run: async (_model, world) => {
      world.tally.commands += writings.length + Number(what !== undefined);
      for (const writing of writings) {
        world.story.push(`program: ${JSON.stringify(writing)}`);
        await write(world, writing);
      }
      if (what) await checkedRun(world, what);
    },
    toString: () =>
      [...writings.map((each) => JSON.stringify(each)), what ? formatRun(what) : []].flat().join(" + "),
  };
}

/** Changes the program, loses the response to the update, and undoes the change. */
function undone(change: Writing): Command {
  const doubtful = written([change], { kind: "up", troubles: [lostPermanently("replaceV2Policy")] });
  const back = written([{ kind: "undo" }], { kind: "up" });
  return {
    check: (model) => doubtful.check(model),
    run: async (model, world) => {
      await doubtful.run(model, world);
      if (back.check(model)) await back.run(model, world);
    },
    toString: () => `${doubtful.toString()} + ${back.toString()}`,
  };
}

function ran(what: Run): Command {
  return {
    check: () => true,
    run: async (_model, world) => {
      world.tally.commands += 1;
      await checkedRun(world, what);
    },
    toString: () => formatRun(what),
  };
}

function edited(edit: Edit): Command {
  return {
    check: () => true,
    run: async (_model, world) => {
      world.tally.commands += 1;
      await performBetween(world, edit);
    },
    toString: () => `others: ${JSON.stringify(edit)}`,
  };
}

function recovered(): Command {
  return {
    check: ({ mayAdoptOwn }) => mayAdoptOwn,
    run: async (_model, world) => {
      world.tally.commands += 1;
      await recover(world);
    },
    toString: () => "recover",
  };
}
