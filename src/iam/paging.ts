import { IamError } from "./errors";
import { UNREADABLE } from "./outcome";
import type { OtherService } from "./ways";

/** One page of a list. */
export interface Page<Entry> {
  entries: readonly Entry[];
  /** Where the next page starts; absent on the last one. */
  next?: string;
}

/** More than any account can hold: a list that has more entries never ends. */
const MOST = 100_000;

/**
 * All entries of a list.
 *
 * @param what the list, for an error
 * @param read one page, from where it starts; `undefined` for the first
 * @param by the service that is asked, where it isn't IAM
 * @throws IamError when the list doesn't end: a page that was read before comes next again
 */
export async function allPages<Entry>(
  what: string,
  read: (start: string | undefined) => Promise<Page<Entry>>,
  by?: OtherService,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  // The first page is the one that starts nowhere.
  const seen = new Set([""]);
  for (let start: string | undefined; ;) {
    const page = await read(start);
    for (const each of page.entries) entries.push(each);
    if (page.next === undefined) return entries;
    if (seen.has(page.next) || entries.length > MOST) {
      throw new IamError({
        code: UNREADABLE,
        said: `${what} doesn't end: its page ${seen.size} names a next page that was read already`,
        reads: true,
        by,
      });
    }
    seen.add(page.next);
    start = page.next;
  }
}
