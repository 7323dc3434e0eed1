import type { dynamic } from "@pulumi/pulumi";
import { changes } from "../changes";
import type { Inputs } from "../inputs";
import type { State } from "../policy";
import { holdsUnknown } from "../unknown";
import type { Run } from "./run";

/** Compares the state with what the program wants; a resource that keeps its policy claims it. */
export async function compareAuthorization(
  run: Run,
  id: string,
  held: State,
  wanted: Inputs,
): Promise<dynamic.DiffResult> {
  const { changed, replaces } = changes(held, wanted);
  if (changed.includes("credentials") && (await isOfAnotherAccount(run, held, wanted)))
    replaces.push("credentials");
  if (replaces.length === 0) run.claims.keep(id, wanted);
  return { changes: changed.length > 0, replaces, deleteBeforeReplace: false };
}

/** Where the new credentials do not tell, `update` asks again, and fails if they are of another account. */
async function isOfAnotherAccount(
  { iam }: Run,
  { target }: State,
  { credentials }: Inputs,
): Promise<boolean> {
  if (holdsUnknown(credentials)) return false;
  const identity = await iam.identity().catch(() => undefined);
  return identity !== undefined && identity.accountId !== target.accountId;
}
