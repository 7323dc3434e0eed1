/** A server, process or folder that a test must close. */
export interface Closable {
  close(): Promise<void>;
}

let inTest = false;
const byTest: Closable[] = [];
const bySuite: Closable[] = [];

/**
 * Registers an opened resource and returns it. A root hook closes resources of a test or its `beforeEach` after that
 * test, and resources of a `before` hook at the end of the run, the last opened first.
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
