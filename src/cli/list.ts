import { createRequire } from "node:module";
import type { Authorization } from "../results";
import type * as resources from "../iam/resources";
import { toAuthorizations } from "../provider/listing";

/**
 * The authorizations of Event Notifications in the account of the environment's credentials.
 *
 * @throws an `IamError`, or a `NoCredentialsError`
 */
export async function listAuthorizations(env: NodeJS.ProcessEnv): Promise<Authorization[]> {
  // IBM's SDK takes its time to load, and the other commands do without it.
  const { openResources } = createRequire(__filename)("../iam/resources") as typeof resources;
  return toAuthorizations(await openResources({ config: () => undefined, env }).policies());
}
