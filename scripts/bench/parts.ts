import type { Bound } from "./bounds";
import { callBounds, callsTable, countCalls, type Counted } from "./calls";
import { measureEmpty, measureRound, type Round } from "./growth";
import { commandBounds, commandsText, measureCommands } from "./commands";
import { exponentsOf, exponentsTable, growthBounds, growthTable } from "./growth-report";
import { hostBounds, hostText, measureHost } from "./host";
import { limitBounds, measureLimited } from "./limit";
import { measurePlugin, pluginBounds, pluginText } from "./plugin";
import type { Operation } from "./stack";
import { measureStartup, startupBounds, startupText } from "./startup";
import { measureState, stateBounds, stateText } from "./state";
import { terraformBounds, terraformTable } from "./terraform";

/** The result of one part: numbers for the JSON file, the text to print, and the bounds. */
interface Measured {
  found: object;
  text: string;
  bounds: Bound[];
}

/** The parts of the bench, in the order in which they run. */
export const PARTS: Record<string, (sizes: readonly number[]) => Promise<Measured>> = {
  calls: async (sizes) => {
    const counted = await countCalls(sizes);
    const text = [callsTable(counted), terraformTable(counted)].join("\n\n");
    return { found: counted, text, bounds: [...callBounds(counted), ...terraformBounds(counted)] };
  },
  "start-up": async () => {
    const startup = await measureStartup();
    return { found: startup, text: startupText(startup), bounds: startupBounds(startup) };
  },
  host: async () => {
    const pairs = await measureHost();
    return { found: pairs, text: hostText(pairs), bounds: hostBounds(pairs) };
  },
  plugin: async () => {
    const pairs = await measurePlugin();
    return { found: pairs, text: pluginText(pairs), bounds: pluginBounds(pairs) };
  },
  commands: async () => {
    const rounds = await measureCommands();
    return { found: rounds, text: commandsText(rounds), bounds: commandBounds(rounds) };
  },
  state: async () => {
    const state = await measureState();
    return { found: state, text: stateText(state), bounds: stateBounds(state) };
  },
  limit: async () => {
    const limited = await measureLimited();
    const { took, ideal, refused } = limited;
    const text = `${took.toFixed(1)} s, ideally ${ideal.toFixed(1)} s; IAM refused ${refused} calls`;
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
        console.log(`- round ${at + 1} of ${times}, size ${size}`);
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
      bounds: [
        ...callBounds(counted, "engine"),
        ...terraformBounds(counted, "engine"),
        ...growthBounds(rounds),
      ],
    };
  },
};

/** The parts that run with the tests. */
export const QUICK = ["calls", "start-up", "host", "plugin", "commands", "state"];

/**
 * The number of rounds by size. The largest size has fewer rounds, because one takes minutes: the backend rewrites its state
 * at each step. Instead, the operations that change nothing are repeated.
 */
const ROUNDS: readonly [upTo: number, rounds: number, again?: Partial<Record<Operation, number>>][] = [
  [100, 12],
  [Infinity, 3, { preview: 3, refresh: 3 }],
];
