import { authorizationProvider } from "./authorization-provider";
import { endUnheard, startWatch, watchCancel } from "./engine";

/**
 * What the text kept in state loads. Neither this path nor these seven names may ever change: stacks made by any release
 * go on using them.
 */
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
  isEngineGone: startWatch(process.argv[2]),
  cancelled: watchCancel(),
});
export { remove as delete };

endUnheard();
