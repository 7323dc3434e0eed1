import { distance } from "fastest-levenshtein";

/** Something that there is, and what is told of it. */
export interface Candidate {
  name: string;
  text: string;
}

/** How many are told; the others are counted. */
const MOST = 10;

/** Tells what there is, the nearest spelling of what was wanted first. */
export function listed(wanted: string, candidates: readonly Candidate[]): string {
  const far = ({ name }: Candidate) => distance(wanted.trim().toLowerCase(), name.trim().toLowerCase());
  const texts = candidates
    .map((candidate) => ({ candidate, distance: far(candidate) }))
    .sort((one, other) => one.distance - other.distance)
    .map(({ candidate: { text } }) => text);
  const rest = texts.length - MOST;
  return texts.slice(0, MOST).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
