import type { dynamic } from "@pulumi/pulumi";
import { openIam, type Iam } from "../iam";
import { timeoutsFrom } from "../iam/config";
import { configMistakes, unknownConfigNotes } from "../iam/config-mistakes";
import { withDeadline } from "../iam/deadline";
import type { Settings } from "../iam/types";
import { checkInputs } from "./check";
import { DELETES_FIRST, WAS_PREVIEWED } from "../shared/private-inputs";
import { createInstanceCheck } from "./check/instances";
import { createPreflight, PREFLIGHT_TIMEOUT } from "./check/preflight";
import { createAuthorization } from "./create";
import { deleteAuthorization } from "./delete";
import { diffAuthorization } from "./diff";
import { IncompleteError, withErrorContext } from "./errors";
import { createOwnership } from "./ownership";
import { readAuthorization } from "./read";
import { parseState, readableInputs, readableState, withCurrentNames } from "./state";
import type { CheckFailure, Context, Inputs, State } from "./types";
import { updateAuthorization } from "./update";

type Values = Record<string, unknown>;

/** Pulumi's host adds the provider script to all inputs. */
type WithProvider = { __provider?: unknown };

/** The interface of a dynamic provider, as Pulumi's host calls it. */
export interface AuthorizationProvider {
  configure: (request: dynamic.ConfigureRequest) => Promise<void>;
  /** @param log replaces the provider's log for this check */
  check: (
    olds: Values,
    news: Values,
    log?: (message: string) => void,
  ) => Promise<dynamic.CheckResult<Values>>;
  /** @param urn the resource. Pulumi's host doesn't pass it on to dynamic providers. */
  diff: (id: string, olds: object, news: Inputs & WithProvider, urn?: string) => Promise<dynamic.DiffResult>;
  create: (inputs: Inputs & WithProvider) => Promise<dynamic.CreateResult<State>>;
  read: (id: string, props: object) => Promise<dynamic.ReadResult<object>>;
  update: (id: string, olds: object, news: Inputs & WithProvider) => Promise<dynamic.UpdateResult<State>>;
  /** @param urn the resource, as for `diff` */
  delete: (id: string, props: object, urn?: string) => Promise<void>;
}

export interface ProviderOptions extends Omit<Settings, "config" | "configKeys"> {
  /** Replaces the time that a check waits for IAM (`check/preflight.ts`), in milliseconds. */
  preflightTimeout?: number;
  /** Prints a message that is not an error. @default `console.log`, which Pulumi shows as a message of the stack */
  log?: (message: string) => void;
}

/** One operation of the provider. */
interface Operation<Result> {
  /** The operation, as it follows "Cannot" in an error. */
  action: string;
  inputs: Partial<Inputs>;
  /** True if Pulumi runs it with the configuration of the last `pulumi up`. */
  usesLastConfig?: boolean;
  /** True if the operation may write. Pulumi runs no such operation in a preview. */
  writes?: true;
  /** The wait that `settle` asks for, in seconds. It is added to the deadline. */
  settle?: number;
  work: (context: Context) => Promise<Result>;
  urn?: string | undefined;
  /** The provider script, which an incomplete resource needs in its state. */
  provider?: unknown;
}

/** Creates the provider of `EnAuthorization`. */
export function authorizationProvider(options: ProviderOptions): AuthorizationProvider {
  const { preflightTimeout = PREFLIGHT_TIMEOUT } = options;
  const instances = createInstanceCheck(preflightTimeout);
  const logged = new Set<string>();
  const ownership = createOwnership();
  let hasWritten = false;
  const preflight = createPreflight({ ownership, isWriting: () => hasWritten }, preflightTimeout);
  const log = options.log ?? console.log;
  let settings: Settings = { config: () => undefined, ...options };
  const opened = new Map<string | undefined, Iam>();

  function iamFor({ credentials }: Pick<Inputs, "credentials">): Iam {
    const iam = opened.get(credentials) ?? openIam(settings, credentials, preflightTimeout);
    opened.set(credentials, iam);
    return iam;
  }

  /** Runs an operation within `ibmcloud:retryTimeout` plus the time that the program asks to wait. */
  async function run<Result>(operation: Operation<Result>): Promise<Result> {
    const { action, inputs, usesLastConfig, writes = false, settle = 0, work, urn, provider } = operation;
    hasWritten ||= writes;
    const iam = iamFor(inputs);
    return withErrorContext(
      { action, inputs, usesLastConfig, redact: iam.redact, properties: incompleteResource(provider) },
      async () => {
        const limit = timeoutsFrom(settings).retryTimeout + settle * 1000;
        return withDeadline(limit, settings.cancelled, (deadline) =>
          work({
            iam: iam.withDeadline(deadline),
            ownership,
            urn,
            wait: (seconds) => deadline.sleep(seconds * 1000),
            log,
          }),
        );
      },
    );
  }

  return {
    // The host does not wait for this function before it calls the others.
    configure: ({ config }) => {
      settings = { config: (key) => config.get(key), configKeys: keysOf(config), ...options };
      opened.clear();
      return Promise.resolve();
    },
    check: async (olds, { __provider, ...news }, note = log) => {
      const { [DELETES_FIRST]: deletesFirst, [WAS_PREVIEWED]: wasPreviewed, ...written } = news;
      const mistakes = configMistakes(settings).map(({ error: { message: reason, code } }): CheckFailure => ({
        property: "",
        reason,
        code,
      }));
      const context = { iamFor, preflight, instances, mistakes, deletesFirst: deletesFirst === true };
      const { inputs, failures, notes } = await checkInputs(written, readableInputs(olds), context);
      const all = wasPreviewed === true ? [] : [...unknownConfigNotes(settings), ...notes];
      for (const each of all.filter((message) => !logged.has(message))) {
        logged.add(each);
        note(each);
      }
      if (failures.length === 0) ownership.declare(inputs);
      return { inputs: { ...inputs, __provider }, failures: failures.map(withoutProperty) };
    },
    diff: (id, olds, { __provider, ...inputs }, urn) =>
      run({
        action: `compare authorization ${id}`,
        inputs,
        urn,
        // In a refresh, these inputs come from the state.
        work: (context) => {
          const wanted = withCurrentNames(inputs);
          return diffAuthorization(
            context,
            id,
            parseState(olds),
            wanted,
            preflight.accountOf(iamFor(inputs)),
          );
        },
      }),
    create: ({ __provider, ...inputs }) =>
      run({
        action: "create the authorization",
        inputs,
        writes: true,
        settle: inputs.settle?.afterCreate,
        work: (context) => createAuthorization(context, inputs),
        provider: __provider,
      }),
    read: (id, props) => {
      const known = readableState(props);
      return run({
        action: `read authorization ${id}`,
        inputs: known,
        usesLastConfig: true,
        work: (context) => readAuthorization(context, id, known),
      });
    },
    update: (id, olds, { __provider, ...inputs }) =>
      run({
        action: `update authorization ${id}`,
        inputs,
        writes: true,
        work: (context) => updateAuthorization(context, id, parseState(olds), inputs),
        provider: __provider,
      }),
    delete: (id, props, urn) => {
      const known = readableState(props);
      return run({
        action: `delete authorization ${id}`,
        inputs: known,
        usesLastConfig: true,
        writes: true,
        settle: known.settle?.beforeDelete,
        work: (context) => deleteAuthorization(context, id, parseState(props)),
        urn,
      });
    },
  };
}

/** Pulumi prints the property before the reason, so the reason must not repeat it. */
function withoutProperty({ property, reason }: dynamic.CheckFailure): dynamic.CheckFailure {
  return { property, reason: reason.startsWith(`${property} `) ? reason.slice(property.length + 1) : reason };
}

/** Returns all keys of the stack's configuration. Pulumi has them only in a property that its types don't declare. */
function keysOf(config: object): string[] {
  const { rawConfig } = config as { rawConfig?: unknown };
  return typeof rawConfig === "object" && rawConfig !== null ? Object.keys(rawConfig) : [];
}

/**
 * Returns the properties by which Pulumi's engine recognizes an incomplete resource. They include the provider script, because
 * the host doesn't add it to them.
 */
function incompleteResource(__provider: unknown): (cause: unknown, message: string) => object {
  return (cause, message) =>
    cause instanceof IncompleteError
      ? { id: cause.id, properties: { ...cause.state, __provider }, reasons: [message] }
      : {};
}
