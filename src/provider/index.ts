import { exitOnBrokenPipe, watchCancel, watchEngine } from "./engine-liveness";
import { authorizationProvider } from "./provider";

/** The script in every stack's state loads this file. The file's path and these seven names must never change. */
export const {
  configure,
  check,
  diff,
  create,
  read,
  update,
  delete: remove,
} = authorizationProvider({
  env: process.env,
  isEngineGone: watchEngine(process.argv[2]),
  cancelled: watchCancel(),
});
export { remove as delete };

exitOnBrokenPipe();
