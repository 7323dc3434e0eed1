import type { AuthorizationProvider } from "../../src/provider/authorization-provider";
import type { Inputs } from "../../src/provider/inputs";
import type { State } from "../../src/provider/policy";

/** What a program declares: arguments by resource name. */
export type Program = Record<string, object>;

/** A resource in state. */
export interface Resource {
  id: string;
  inputs: Inputs;
  outputs: State;
  /** Whether it is half-made: the next run updates it. */
  isHalfMade?: boolean;
}

/** What a run did: its errors, in the order in which they came. */
export interface Outcome {
  errors: string[];
}

/**
 * Pulumi's engine as far as its calls of a provider go, without processes in between: many runs a second. What it does
 * was measured on the real one. Each run has a provider of its own, as each has a host of its own.
 */
export interface MiniEngine {
  /** Resources by name. */
  resources: Map<string, Resource>;
  /** What was replaced, and is not deleted yet. */
  condemned: { name: string; resource: Resource }[];
  up: (program: Program, options?: UpOptions) => Promise<Outcome>;
  refresh: () => Promise<Outcome>;
  destroy: () => Promise<Outcome>;
}

export interface UpOptions {
  /** Resources that are replaced without asking `diff`: `--replace`. */
  replace?: readonly string[];
  /** Called before each step of the run; where it throws, the run ends there and then: `kill -9`. */
  step?: () => void;
}

/** Something ended the engine: what was under way is in no state. */
export class Killed extends Error {}

export function miniEngine(startRun: () => AuthorizationProvider): MiniEngine {
  const resources = new Map<string, Resource>();
  const engine: MiniEngine = {
    resources,
    condemned: [],
    up: async (program, { replace = [], step = () => undefined } = {}) => {
      const provider = startRun();
      const errors: string[] = [];
      const attempt = collecting(errors);

      // Resources that depend on nothing are registered side by side.
      await Promise.all(
        Object.entries(program).map(([name, args]) =>
          attempt(() => register(name, wired(args), provider, replace, step)),
        ),
      );
      // A run that failed deletes nothing more.
      if (errors.length > 0) return { errors };
      for (const each of [...engine.condemned]) {
        await attempt(async () => {
          step();
          await provider.delete(each.resource.id, wired(each.resource.outputs));
          engine.condemned = engine.condemned.filter((other) => other !== each);
        });
      }
      for (const [name, { id, outputs }] of [...resources]) {
        if (name in program) continue;
        await attempt(async () => {
          step();
          await provider.delete(id, wired(outputs));
          resources.delete(name);
        });
      }
      return { errors };
    },
    refresh: async () => {
      const provider = startRun();
      const errors: string[] = [];
      const attempt = collecting(errors);
      await Promise.all(
        [...resources].map(([name, resource]) =>
          attempt(async () => {
            const { id, props, inputs } = await provider.read(resource.id, wired(resource.outputs));
            if (id === undefined) resources.delete(name);
            else {
              const read = { id, inputs: wired(inputs) as Inputs, outputs: wired(props) as State };
              await provider.diff(id, read.outputs, resource.inputs);
              resources.set(name, read);
            }
          }),
        ),
      );
      return { errors };
    },
    destroy: async () => {
      const provider = startRun();
      const errors: string[] = [];
      const attempt = collecting(errors);
      for (const each of [...engine.condemned]) {
        await attempt(async () => {
          await provider.delete(each.resource.id, wired(each.resource.outputs));
          engine.condemned = engine.condemned.filter((other) => other !== each);
        });
      }
      for (const [name, { id, outputs }] of [...resources]) {
        await attempt(async () => {
          await provider.delete(id, wired(outputs));
          resources.delete(name);
        });
      }
      return { errors };
    },
  };
  return engine;

  async function register(
    name: string,
    args: object,
    provider: AuthorizationProvider,
    replace: readonly string[],
    step: () => void,
  ): Promise<void> {
    step();
    const old = resources.get(name);
    const inputs = await checked(provider, old?.inputs ?? {}, args);
    if (!old) return create(name, inputs, provider, step);
    if (replace.includes(name)) return replaced(name, old, await checked(provider, {}, args), provider, step);

    const { changes, replaces = [] } = await provider.diff(old.id, wired(old.outputs), wired(inputs));
    if (replaces.length > 0) return replaced(name, old, await checked(provider, {}, args), provider, step);
    if (!changes && !old.isHalfMade) {
      // The engine keeps the old outputs.
      resources.set(name, { ...old, inputs });
      return;
    }
    step();
    const { outs } = await provider.update(old.id, wired(old.outputs), wired(inputs));
    resources.set(name, { id: old.id, inputs, outputs: wired(outs) as State });
  }

  async function replaced(
    name: string,
    old: Resource,
    inputs: Inputs,
    provider: AuthorizationProvider,
    step: () => void,
  ): Promise<void> {
    await create(name, inputs, provider, step, () => engine.condemned.push({ name, resource: old }));
  }

  async function create(
    name: string,
    inputs: Inputs,
    provider: AuthorizationProvider,
    step: () => void,
    made: () => void = () => undefined,
  ): Promise<void> {
    step();
    try {
      const { id, outs } = await provider.create(wired(inputs));
      step();
      made();
      resources.set(name, { id, inputs, outputs: wired(outs) as State });
    } catch (error) {
      const { id, properties } = error as { id?: string; properties?: State };
      if (id !== undefined && properties) {
        made();
        resources.set(name, { id, inputs, outputs: wired(properties), isHalfMade: true });
      }
      throw error;
    }
  }
}

async function checked(provider: AuthorizationProvider, olds: object, args: object): Promise<Inputs> {
  const { inputs, failures = [] } = await provider.check({ ...olds }, { ...args });
  if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("; "));
  return wired(inputs) as Inputs;
}

/** What becomes of a value on its way between engine and host. */
function wired<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

/** Runs steps one by one or side by side; errors are kept, and only the end of the engine itself goes through. */
function collecting(errors: string[]): (work: () => Promise<void>) => Promise<void> {
  return async (work) => {
    try {
      await work();
    } catch (error) {
      if (error instanceof Killed) throw error;
      errors.push(error instanceof Error ? error.message : String(error));
    }
  };
}
