/** A cache of promises, by key. */
export interface Memo<Result> {
  /** Returns the cached result, the one that is being loaded, or else loads it. */
  get: (key?: string) => Promise<Result>;
  /** Empties the cache. Callers that are already waiting still get their result. */
  clear: () => void;
}

/** Loads the result of each key once. A failure is not cached. */
export function memoize<Result>(load: (key: string) => Promise<Result>): Memo<Result> {
  const results = new Map<string, Promise<Result>>();
  return {
    get: (key = "") => {
      const known = results.get(key);
      if (known) return known;
      const loading = load(key);
      results.set(key, loading);
      loading.catch(() => {
        if (results.get(key) === loading) results.delete(key);
      });
      return loading;
    },
    clear: () => {
      results.clear();
    },
  };
}
