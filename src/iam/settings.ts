import type { Pace } from "./pace";

/** Where credentials, endpoints and times are looked for: stack configuration, and the environment. */
export interface Settings {
  /** A value of the stack's configuration, such as `ibmcloud:apiKey`. */
  config: (key: string) => string | undefined;
  env: NodeJS.ProcessEnv;
  /** Other times than the default ones, and than those that the configuration sets. */
  pace?: Partial<Pace>;
  /** Aborted when the user cancels the run. */
  cancelled?: AbortSignal;
  /** Whether nobody is left to be told what is made. */
  isEngineGone?: () => Promise<boolean>;
}
