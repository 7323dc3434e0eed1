/** The parts of `npm test`, in the order in which they run. */
export const PARTS = ["lint", "unit", "engine", "bench"];

/**
 * Returns the parts to run, in their order.
 *
 * @param {readonly string[]} args the arguments after `npm test --`; without any, all parts run
 * @param {(name: string, names: readonly string[]) => string} closest finds the nearest spelling
 * @returns {string[]}
 * @throws if an argument is not a part, so that a misspelled part never counts as passed
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
