import { setTimeout as sleep } from "node:timers/promises";
import type { dynamic } from "@pulumi/pulumi";
import { openIam } from "../iam";
import type { Pace } from "../iam/pace";
import { changes } from "./changes";
import { checkInputs } from "./check";
import { startClaims } from "./claims";
import type { Inputs } from "./inputs";
import { createAuthorization } from "./operations/create";
import { deleteAuthorization } from "./operations/delete";
import { HalfMadeError } from "./operations/half-made";
import { readAuthorization } from "./operations/read";
import type { Run } from "./operations/run";
import { updateAuthorization } from "./operations/update";
import type { State } from "./policy";
import { attempt } from "./sentence";

type Written = Record<string, unknown>;

/** What Pulumi's host hands over with every input: the text that loads this provider. */
type WithProvider = { __provider?: unknown };

/** Pulumi's contract with a dynamic provider. */
export interface AuthorizationProvider {
  configure: (request: dynamic.ConfigureRequest) => Promise<void>;
  check: (olds: Written, news: Written) => Promise<dynamic.CheckResult<Written>>;
  diff: (id: string, olds: State, news: Inputs & WithProvider) => Promise<dynamic.DiffResult>;
  create: (inputs: Inputs & WithProvider) => Promise<dynamic.CreateResult<State>>;
  read: (id: string, known: Partial<State>) => Promise<dynamic.ReadResult<object>>;
  update: (id: string, olds: State, news: Inputs & WithProvider) => Promise<dynamic.UpdateResult<State>>;
  delete: (id: string, known: State) => Promise<void>;
}

/** What the provider stands on. */
export interface Surroundings {
  /** Where credentials may be found, besides the stack's configuration; read when a call needs them. */
  env: NodeJS.ProcessEnv;
  /** Other times than the default ones. */
  pace?: Partial<Pace>;
  /** Whether nobody is left to be told what is made. */
  isEngineGone?: () => Promise<boolean>;
}

/** The provider of `EnAuthorization`: what Pulumi's host calls. */
export function authorizationProvider(surroundings: Surroundings): AuthorizationProvider {
  const run: Run = {
    iam: openIam({ config: () => undefined, ...surroundings }),
    claims: startClaims(),
    wait: (seconds) => sleep(seconds * 1000),
    say: (sentence) => {
      console.log(sentence);
    },
  };
  return {
    // The host calls the others without waiting for this one.
    configure: ({ config }) => {
      run.iam = openIam({ config: (key) => config.get(key), ...surroundings });
      return Promise.resolve();
    },
    check: async (_olds, { __provider, ...written }) => {
      const { inputs, failures } = await checkInputs(run.iam, written);
      run.claims.declare(inputs);
      return { inputs: { ...inputs, __provider }, failures };
    },
    diff: (id, held, { __provider, ...wanted }) =>
      attempt(`compare the authorization ${id}`, wanted, () => {
        const { changed, replaces } = changes(held, wanted);
        if (replaces.length === 0) run.claims.keep(id, wanted);
        return Promise.resolve({ changes: changed.length > 0, replaces, deleteBeforeReplace: false });
      }),
    create: ({ __provider, ...wanted }) =>
      attempt(
        "create the authorization",
        wanted,
        () => createAuthorization(run, wanted),
        halfMade(__provider),
      ),
    read: (id, known) =>
      attempt(`read the authorization ${id}`, known, () => readAuthorization(run, id, known)),
    update: (id, held, { __provider, ...wanted }) =>
      attempt(
        `update the authorization ${id}`,
        wanted,
        () => updateAuthorization(run, id, held, wanted),
        halfMade(__provider),
      ),
    delete: (id, held) =>
      attempt(`delete the authorization ${id}`, held, () => deleteAuthorization(run, id, held)),
  };
}

/**
 * What the engine has to know of a half-made resource. The host does not add its text to one, and nothing can be done with
 * one that lacks it.
 */
function halfMade(__provider: unknown): (cause: unknown, sentence: string) => object {
  return (cause, sentence) =>
    cause instanceof HalfMadeError
      ? { id: cause.id, properties: { ...cause.state, __provider }, reasons: [sentence] }
      : {};
}
