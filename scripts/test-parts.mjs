/** The parts of `npm test`, in the order in which they run. */
export const PARTS = ["lint", "unit", "engine", "bench"];

/**
 * Which parts to run.
 *
 * @param {readonly string[]} args what stands after `npm test --`; nothing means all parts
 * @param {(name: string, names: readonly string[]) => string} closest finds the nearest spelling
 * @returns {string[]}
 * @throws for a name that is no part: nothing runs then, and nothing counts as passed
 */
export function chosenParts(args, closest) {
  const unknown = args.find((each) => !PARTS.includes(each));
  if (unknown !== undefined) {
    const parts = PARTS.join(", ");
    throw new Error(
      `npm test has no part ${unknown}: did you mean ${closest(unknown, PARTS)}? It has ${parts}`,
    );
  }
  return args.length > 0 ? PARTS.filter((each) => args.includes(each)) : PARTS;
}
