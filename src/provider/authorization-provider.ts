import type { dynamic } from "@pulumi/pulumi";
import { openIam, type Iam } from "../iam";
import { withDeadline } from "../iam/deadline";
import { paceOf, type Pace } from "../iam/pace";
import type { Settings } from "../iam/settings";
import { checkInputs, type Checking } from "./check";
import { startClaims } from "./claims";
import { startAsking } from "./facts";
import type { Inputs } from "./inputs";
import { compareAuthorization } from "./operations/compare";
import { createAuthorization } from "./operations/create";
import { deleteAuthorization } from "./operations/delete";
import { HalfMadeError } from "./operations/half-made";
import { readAuthorization } from "./operations/read";
import type { Run } from "./operations/run";
import { updateAuthorization } from "./operations/update";
import type { State } from "./policy";
import { attempt } from "./sentence";
import { readableInputs, readableState, storedState } from "./stored-state";

type Written = Record<string, unknown>;

/** What Pulumi's host hands over with every input: the text that loads this provider. */
type WithProvider = { __provider?: unknown };

/** Pulumi's contract with a dynamic provider. */
export interface AuthorizationProvider {
  configure: (request: dynamic.ConfigureRequest) => Promise<void>;
  check: (olds: Written, news: Written) => Promise<dynamic.CheckResult<Written>>;
  diff: (id: string, olds: object, news: Inputs & WithProvider) => Promise<dynamic.DiffResult>;
  create: (inputs: Inputs & WithProvider) => Promise<dynamic.CreateResult<State>>;
  read: (id: string, known: object) => Promise<dynamic.ReadResult<object>>;
  update: (id: string, olds: object, news: Inputs & WithProvider) => Promise<dynamic.UpdateResult<State>>;
  delete: (id: string, known: object) => Promise<void>;
}

/** What the provider stands on. */
export interface Surroundings {
  /** Where credentials may be found, besides the stack's configuration; read when a call needs them. */
  env: NodeJS.ProcessEnv;
  /** Other times than the default ones. */
  pace?: Partial<Pace>;
  /** Another time for which a check waits for what only IAM can tell, in milliseconds. */
  patience?: number;
  /** Aborted when the user cancels the run. */
  cancelled?: AbortSignal;
  /** Whether nobody is left to be told what is made. */
  isEngineGone?: () => Promise<boolean>;
  /** Says something that is no error; by default on standard output, which Pulumi shows as a message of the stack. */
  say?: (sentence: string) => void;
}

/** The provider of `EnAuthorization`: what Pulumi's host calls. */
export function authorizationProvider(surroundings: Surroundings): AuthorizationProvider {
  const checking: Checking = { iamOf, askFacts: startAsking(surroundings.patience), memory: new Map() };
  const said = new Set<string>();
  const shared = { claims: startClaims(), say: surroundings.say ?? console.log };
  let settings: Settings = { config: () => undefined, ...surroundings };
  const opened = new Map<string | undefined, Iam>();

  /** IAM with the credentials of this name. */
  function iamOf({ credentials }: { credentials?: string }): Iam {
    const iam = opened.get(credentials) ?? openIam(settings, credentials);
    opened.set(credentials, iam);
    return iam;
  }

  /**
   * Does one operation, in its time: as long as `ibmcloud:retryTimeout` says, and the wait that the program asks for.
   *
   * @param what it is, after "Cannot"
   * @param settle that wait, in seconds
   */
  async function operation<Result>(
    what: string,
    inputs: Partial<Inputs>,
    settle: number,
    work: (run: Run) => Promise<Result>,
    more?: Parameters<typeof attempt>[4],
  ): Promise<Result> {
    const iam = iamOf(inputs);
    const inTime = async () => {
      const time = paceOf(settings).retryTimeout + settle * 1000;
      return withDeadline(time, settings.cancelled, (deadline) =>
        work({
          ...shared,
          iam: iam.until(deadline),
          wait: (seconds) => deadline.sleep(seconds * 1000),
        }),
      );
    };
    return attempt(what, inputs, iam.redact, inTime, more);
  }

  function sayOnce(note: string): void {
    if (!said.has(note)) shared.say(note);
    said.add(note);
  }

  return {
    // The host calls the others without waiting for this one.
    configure: ({ config }) => {
      settings = { config: (key) => config.get(key), ...surroundings };
      opened.clear();
      return Promise.resolve();
    },
    check: async (olds, { __provider, ...written }) => {
      const { inputs, failures, notes } = await checkInputs(checking, readableInputs(olds), written);
      for (const note of notes) sayOnce(note);
      if (failures.length === 0) shared.claims.declare(inputs);
      return { inputs: { ...inputs, __provider }, failures };
    },
    diff: (id, held, { __provider, ...wanted }) =>
      operation(`compare the authorization ${id}`, wanted, 0, (run) =>
        compareAuthorization(run, id, storedState(held), wanted),
      ),
    create: ({ __provider, ...wanted }) =>
      operation(
        "create the authorization",
        wanted,
        wanted.settle?.afterCreate ?? 0,
        (run) => createAuthorization(run, wanted),
        halfMade(__provider),
      ),
    read: (id, held) => {
      const known = readableState(held);
      return operation(`read the authorization ${id}`, known, 0, (run) => readAuthorization(run, id, known));
    },
    update: (id, held, { __provider, ...wanted }) =>
      operation(
        `update the authorization ${id}`,
        wanted,
        0,
        (run) => updateAuthorization(run, id, storedState(held), wanted),
        halfMade(__provider),
      ),
    delete: (id, held) => {
      const known = readableState(held);
      return operation(`delete the authorization ${id}`, known, known.settle?.beforeDelete ?? 0, (run) =>
        deleteAuthorization(run, id, storedState(held)),
      );
    },
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
