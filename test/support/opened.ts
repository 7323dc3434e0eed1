/** Something a test opened that has to be closed: a server, a process, a folder. */
export interface Closable {
  close(): Promise<void>;
}

let inTest = false;
const byTest: Closable[] = [];
const bySuite: Closable[] = [];

/**
 * Registers what a test or a `before` opened, and hands it back. What a test (or its `beforeEach`) opened is closed
 * after that test, what a `before` opened is closed at the end of the run; the last opened first.
 */
export function closing<T extends Closable>(opened: T): T {
  (inTest ? byTest : bySuite).push(opened);
  return opened;
}

async function closeAll(opened: Closable[]): Promise<void> {
  for (let last = opened.pop(); last; last = opened.pop()) await last.close();
}

export const mochaHooks = {
  beforeEach() {
    inTest = true;
  },
  async afterEach() {
    inTest = false;
    await closeAll(byTest);
  },
  async afterAll() {
    await closeAll(bySuite);
  },
};
