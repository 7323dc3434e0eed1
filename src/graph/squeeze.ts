/** The largest gap that stays between two rows, in pixels: room for the borders of two groups in different accounts. */
const LARGEST_GAP = 90;

/**
 * Shortens the gaps between the nodes that a filter selects, so that few nodes fill the page. It keeps the order of the rows,
 * so that groups that were apart don't overlap.
 *
 * @param rows the vertical positions of the nodes
 * @param height the height of a node
 * @returns a function that returns the new position of each row
 */
export function squeeze(rows: readonly number[], height: number): (row: number) => number {
  const moved = new Map<number, number>();
  let last: number | undefined;
  let shift = 0;
  for (const row of [...new Set(rows)].sort((one, other) => one - other)) {
    const gap = last === undefined ? 0 : row - last - height;
    shift += Math.max(0, gap - LARGEST_GAP);
    moved.set(row, row - shift);
    last = row;
  }
  return (row) => moved.get(row) ?? row;
}
