import type { dynamic } from "@pulumi/pulumi";
import { openIam } from "../iam";
import { changes } from "./changes";
import { checkInputs } from "./check";
import type { Inputs } from "./inputs";
import {
  createAuthorization,
  deleteAuthorization,
  readAuthorization,
  updateAuthorization,
} from "./operations";
import type { State } from "./policy";
import { attempt } from "./sentence";

type Written = Record<string, unknown>;

/** Pulumi's contract with a dynamic provider. */
export interface AuthorizationProvider {
  configure: (request: dynamic.ConfigureRequest) => Promise<void>;
  check: (olds: Written, news: Written) => Promise<dynamic.CheckResult<Written>>;
  diff: (id: string, olds: State, news: Inputs) => Promise<dynamic.DiffResult>;
  create: (inputs: Inputs) => Promise<dynamic.CreateResult<State>>;
  read: (id: string, known: Partial<State>) => Promise<dynamic.ReadResult<object>>;
  update: (id: string, olds: State, news: Inputs) => Promise<dynamic.UpdateResult<State>>;
  delete: (id: string, known: State) => Promise<void>;
}

/**
 * The provider of `EnAuthorization`: what Pulumi's host calls.
 *
 * @param env where credentials may be found, besides the stack's configuration; read when a call needs them
 */
export function authorizationProvider(env: NodeJS.ProcessEnv): AuthorizationProvider {
  let iam = openIam({ config: () => undefined, env });
  return {
    // The host calls the others without waiting for this one.
    configure: ({ config }) => {
      iam = openIam({ config: (key) => config.get(key), env });
      return Promise.resolve();
    },
    check: async (_olds, { __provider, ...written }) => {
      const { inputs, failures } = await checkInputs(iam, written);
      return { inputs: { ...inputs, __provider }, failures };
    },
    diff: (_id, held, wanted) => {
      const { changed, replaces } = changes(held, wanted);
      return Promise.resolve({ changes: changed.length > 0, replaces, deleteBeforeReplace: false });
    },
    create: (wanted) => attempt("create the authorization", wanted, () => createAuthorization(iam, wanted)),
    read: (id, known) =>
      attempt(`read the authorization ${id}`, known, () => readAuthorization(iam, id, known)),
    update: (id, _held, wanted) =>
      attempt(`update the authorization ${id}`, wanted, () => updateAuthorization(iam, id, wanted)),
    delete: (id, held) =>
      attempt(`delete the authorization ${id}`, held, () => deleteAuthorization(iam, id, held)),
  };
}
