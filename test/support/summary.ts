import { appendFileSync } from "node:fs";

/**
 * Prints a line at the end of the run: the reporter collects the lines of all worker processes in the file that
 * `TEST_SUMMARY` names. Without that reporter the line is printed at once.
 */
export function summarize(line: string): void {
  const file = process.env["TEST_SUMMARY"];
  if (file === undefined) console.log(`    ${line}`);
  else appendFileSync(file, `${line}\n`);
}
