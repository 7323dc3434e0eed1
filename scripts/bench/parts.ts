import type { Bound } from "./bounds";
import { callBounds, callsTable, countCalls, type Counted } from "./calls";
import { measureEmpty, measureRound, type Round } from "./growth";
import { exponentsOf, exponentsTable, growthBounds, growthTable } from "./growth-report";
import { limitBounds, measureLimited } from "./limit";
import type { Operation } from "./stack";
import { measureStartup, startupBounds, startupText } from "./startup";
import { measureState, stateBounds } from "./state";
import { terraformTable } from "./terraform";

/** What a part of the bench found: numbers to keep, a text to show, and the bounds. */
interface Measured {
  found: object;
  text: string;
  bounds: Bound[];
}

/** The parts of the bench, in their order. */
export const PARTS: Record<string, (sizes: readonly number[]) => Promise<Measured>> = {
  calls: async (sizes) => {
    const counted = await countCalls(sizes);
    const text = [callsTable(counted), terraformTable(counted)].join("\n\n");
    return { found: counted, text, bounds: callBounds(counted) };
  },
  "start-up": async () => {
    const startup = await measureStartup();
    return { found: startup, text: startupText(startup), bounds: startupBounds(startup) };
  },
  state: async () => {
    const state = await measureState();
    const text = `A resource of the basic example in the state file: ${state.ours} bytes; one without outputs ${state.bare}`;
    return { found: state, text, bounds: stateBounds(state) };
  },
  limit: async () => {
    const limited = await measureLimited();
    const { took, ideal, refused } = limited;
    const text = `${took.toFixed(1)} s, at best ${ideal.toFixed(1)} s; IAM refused ${refused} calls on the way`;
    return { found: limited, text, bounds: limitBounds(limited) };
  },
  growth: async (sizes) => {
    const empty = await measureEmpty(3);
    const rounds: Round[] = [];
    const counted: Counted[] = [];
    for (const size of sizes) {
      const [, times = 1, again = {}] = ROUNDS.find(([upTo]) => size <= upTo) ?? [];
      for (let at = 0; at < times; at += 1) {
        const sized = await measureRound(size, at, again, at === 0);
        rounds.push(...sized.rounds);
        counted.push(...sized.counted);
        console.log(`- round ${at + 1} of ${size}`);
      }
    }
    const exponents = exponentsOf(rounds);
    const emptyText = empty
      .map(({ operation, wall }) => `${operation} ${(wall / 1000).toFixed(2)} s`)
      .join(", ");
    const tables = [growthTable(rounds), exponentsTable(exponents), callsTable(counted)];
    return {
      found: { empty, rounds, counted, exponents },
      text: [`An empty program: ${emptyText}`, ...tables].join("\n\n"),
      bounds: [...callBounds(counted, "engine"), ...growthBounds(rounds)],
    };
  },
};

/** What takes under a minute. */
export const QUICK = ["calls", "start-up", "state"];

/**
 * How many rounds there are of each size. One of the largest takes minutes, since the backend rewrites its state: there what
 * changes nothing is done again instead.
 */
const ROUNDS: readonly [upTo: number, rounds: number, again?: Partial<Record<Operation, number>>][] = [
  [100, 12],
  [Infinity, 3, { preview: 3, refresh: 3 }],
];
