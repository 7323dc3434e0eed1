import type { AuthorizationProvider } from "../../src/provider/provider";
import type { Inputs, State } from "../../src/provider/types";

/** A program: arguments by resource name. */
export type Program = Record<string, object>;

/** A resource in state. */
export interface Resource {
  id: string;
  inputs: Inputs;
  outputs: State;
  /** True if its create or update completed only in part. The next run updates it. */
  isHalfMade?: boolean;
}

/** The errors of a run, in order. */
interface Outcome {
  errors: string[];
}

/**
 * An in-process model of Pulumi's engine. It makes the same provider calls, and does many runs a second. Its behavior
 * was measured on the real engine. Each run has a new provider, because each real run has a new host process.
 */
export interface MiniEngine {
  /** Resources by name. */
  resources: Map<string, Resource>;
  /** Replaced resources that still have to be deleted. */
  condemned: { name: string; resource: Resource }[];
  up: (program: Program, options?: UpOptions) => Promise<Outcome>;
  refresh: (options?: RunOptions) => Promise<Outcome>;
  destroy: (options?: RunOptions) => Promise<Outcome>;
}

/** One step of a run, as the engine reports it. */
export interface Step {
  name: string;
  kind: "same" | "create" | "replace" | "update" | "delete" | "read";
  /** The policy's id, if the resource has one. */
  id?: string;
  /** The error message of a failed step. */
  error?: string;
}

interface RunOptions {
  /** Called before and after each step. If it throws `Killed`, the run ends at once, as after `kill -9`. */
  step?: () => void;
  /** Called with each finished step. */
  report?: (step: Step) => void;
}

interface UpOptions extends RunOptions {
  /** Resources to replace regardless of `diff`: `--replace`. */
  replace?: readonly string[];
  /** Each renamed resource's old name, by its new name. */
  aliases?: Readonly<Record<string, string>>;
  /** Handles one resource at a time and stops at the first error: `--parallel 1`. */
  oneByOne?: boolean;
}

/** The engine was killed. Steps in progress are not in state. */
export class Killed extends Error {}

/**
 * @param startRun returns the provider of the next run
 * @param tellsUrns true if a provider gets the resource's URN, as a packaged provider does. @default false
 */
export function miniEngine(startRun: () => AuthorizationProvider, tellsUrns = false): MiniEngine {
  const urnOf = (name: string) => (tellsUrns ? name : undefined);
  const resources = new Map<string, Resource>();
  const engine: MiniEngine = {
    resources,
    condemned: [],
    up: async (program, options = {}) => {
      const running = start(options);
      const { errors, attempt } = running;
      const register = ([name, args]: [string, object]) =>
        attempt({ name, kind: "same" }, (doing) => registerResource(doing, jsonCopy(args), running, options));

      if (options.oneByOne) {
        for (const each of Object.entries(program)) if (errors.length === 0) await register(each);
      } else {
        // The engine registers independent resources in parallel.
        await Promise.all(Object.entries(program).map(register));
      }
      // After an error the engine deletes nothing.
      if (errors.length > 0) return { errors };
      await deleteCondemned(running);
      for (const name of [...resources.keys()]) if (!(name in program)) await deleteResource(name, running);
      return { errors };
    },
    refresh: async (options = {}) => {
      const { provider, step, errors, attempt } = start(options);
      await Promise.all(
        [...resources].map(([name, resource]) =>
          attempt({ name, kind: "read" }, async (doing) => {
            step();
            const { id, props, inputs } = await provider.read(resource.id, jsonCopy(resource.outputs));
            step();
            doing.id = id;
            if (id === undefined) resources.delete(name);
            else {
              const read = { id, inputs: jsonCopy(inputs) as Inputs, outputs: jsonCopy(props) as State };
              await provider.diff(id, read.outputs, resource.inputs, urnOf(name));
              resources.set(name, read);
            }
          }),
        ),
      );
      return { errors };
    },
    destroy: async (options = {}) => {
      const running = start(options);
      await deleteCondemned(running);
      for (const name of [...resources.keys()]) await deleteResource(name, running);
      return { errors: running.errors };
    },
  };
  return engine;

  function start({ step = () => undefined, report = () => undefined }: RunOptions): Running {
    const errors: string[] = [];
    return { provider: startRun(), step, errors, attempt: collecting(errors, report) };
  }

  async function deleteCondemned({ provider, step, attempt }: Running): Promise<void> {
    for (const each of [...engine.condemned]) {
      const { name, resource } = each;
      await attempt({ name, kind: "delete", id: resource.id }, async () => {
        step();
        await provider.delete(resource.id, jsonCopy(resource.outputs), urnOf(name));
        step();
        engine.condemned = engine.condemned.filter((other) => other !== each);
      });
    }
  }

  async function deleteResource(name: string, { provider, step, attempt }: Running): Promise<void> {
    const resource = resources.get(name);
    if (!resource) return;
    await attempt({ name, kind: "delete", id: resource.id }, async () => {
      step();
      await provider.delete(resource.id, jsonCopy(resource.outputs), urnOf(name));
      step();
      resources.delete(name);
    });
  }

  async function registerResource(
    doing: Step,
    args: object,
    { provider, step }: Running,
    { replace = [], aliases = {} }: UpOptions,
  ): Promise<void> {
    step();
    const { name } = doing;
    const old = resources.get(name) ?? renameResource(name, aliases[name]);
    // A forced replacement has a single check, without the old inputs.
    if (old && replace.includes(name)) return replaceResource(doing, old, args, provider, step);
    if (!old) doing.kind = "create";
    const inputs = await checked(provider, old?.inputs ?? {}, args);
    if (!old) return create(doing, inputs, provider, step);
    doing.id = old.id;

    const { changes, replaces = [] } = await provider.diff(
      old.id,
      jsonCopy(old.outputs),
      jsonCopy(inputs),
      urnOf(name),
    );
    if (replaces.length > 0) return replaceResource(doing, old, args, provider, step);
    if (!changes && !old.isHalfMade) {
      // The engine keeps the old outputs.
      resources.set(name, { ...old, inputs });
      return;
    }
    doing.kind = "update";
    step();
    try {
      const { outs } = await provider.update(old.id, jsonCopy(old.outputs), jsonCopy(inputs));
      step();
      resources.set(name, { id: old.id, inputs, outputs: jsonCopy(outs) as State });
    } catch (error) {
      const half = halfMadeIn(error);
      step();
      if (half) resources.set(name, { ...half, inputs });
      throw error;
    }
  }

  function renameResource(name: string, before: string | undefined): Resource | undefined {
    const old = before === undefined ? undefined : resources.get(before);
    if (before === undefined || !old) return undefined;
    resources.delete(before);
    resources.set(name, old);
    return old;
  }

  async function replaceResource(
    doing: Step,
    old: Resource,
    args: object,
    provider: AuthorizationProvider,
    step: () => void,
  ): Promise<void> {
    doing.kind = "replace";
    doing.id = undefined;
    const inputs = await checked(provider, {}, args);
    await create(doing, inputs, provider, step, () =>
      engine.condemned.push({ name: doing.name, resource: old }),
    );
  }

  async function create(
    doing: Step,
    inputs: Inputs,
    provider: AuthorizationProvider,
    step: () => void,
    onCreated: () => void = () => undefined,
  ): Promise<void> {
    step();
    doing.id = undefined;
    try {
      const { id, outs } = await provider.create(jsonCopy(inputs));
      step();
      onCreated();
      doing.id = id;
      resources.set(doing.name, { id, inputs, outputs: jsonCopy(outs) as State });
    } catch (error) {
      const half = halfMadeIn(error);
      if (half) {
        step();
        onCreated();
        doing.id = half.id;
        resources.set(doing.name, { ...half, inputs });
      }
      throw error;
    }
  }
}

/** Shared by the steps of one run. */
interface Running {
  provider: AuthorizationProvider;
  step: () => void;
  errors: string[];
  attempt: (doing: Step, work: (doing: Step) => Promise<void>) => Promise<void>;
}

/** Returns the resource that a failed create or update leaves in state, if any. */
function halfMadeIn(error: unknown): Omit<Resource, "inputs"> | undefined {
  const { id, properties } = error as { id?: string; properties?: State };
  if (id === undefined || !properties) return undefined;
  return { id, outputs: jsonCopy(properties), isHalfMade: true };
}

async function checked(provider: AuthorizationProvider, olds: object, args: object): Promise<Inputs> {
  const { inputs, failures = [] } = await provider.check({ ...olds }, { ...args });
  if (failures.length > 0)
    throw new Error(failures.map(({ property, reason }) => `${property} ${reason}`).join("; "));
  return jsonCopy(inputs) as Inputs;
}

/** Copies a value as the JSON between engine and host does. */
function jsonCopy<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

/** Returns a function that runs a step, collects its error and reports it. It rethrows only `Killed`. */
function collecting(errors: string[], report: (step: Step) => void): Running["attempt"] {
  return async (doing, work) => {
    try {
      await work(doing);
      report(doing);
    } catch (error) {
      if (error instanceof Killed) throw error;
      const message = error instanceof Error ? error.message : String(error);
      errors.push(message);
      report({ ...doing, error: message });
    }
  };
}
