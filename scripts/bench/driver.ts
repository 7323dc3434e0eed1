import type { IamEmulator } from "../../src/emulator";
import { authorizationProvider, type AuthorizationProvider } from "../../src/provider/provider";
import type { Inputs, State } from "../../src/provider/types";
import { EXAMPLE, ROLES } from "./programs";
import { PARALLEL } from "./stack";

/** The arguments that all authorizations of a program share. */
interface Declared {
  roles?: readonly string[];
  description?: string;
}

interface Held {
  id: string;
  inputs: Inputs;
  state: State;
}

/** Calls the provider in this process as Pulumi's engine does, with a new provider for each operation. */
export interface Driver {
  preview: (declared?: Declared) => Promise<void>;
  up: (declared?: Declared) => Promise<void>;
  refresh: () => Promise<void>;
  destroy: () => Promise<void>;
}

/** @param count the number of authorizations that the program declares */
export function drive(iam: IamEmulator, count: number): Driver {
  const held = new Map<number, Held>();
  const all = Array.from({ length: count }, (_, at) => at);

  function start(): AuthorizationProvider {
    const provider = authorizationProvider({ env: {}, log: () => undefined });
    const config: Record<string, string> = { "ibmcloud:apiKey": iam.apiKey, "ibmcloud:iamEndpoint": iam.url };
    const get = (key: string) => config[key];
    void provider.configure({ config: { get, require: (key) => get(key) ?? "" } });
    return provider;
  }

  async function check(provider: AuthorizationProvider, at: number, declared: Declared): Promise<Inputs> {
    const { source, target } = EXAMPLE;
    const written = {
      source,
      target: { ...target, resource: `failed-events-${at}` },
      roles: ROLES,
      ...declared,
    };
    const { inputs, failures = [] } = await provider.check({ ...held.get(at)?.inputs }, written);
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("; "));
    return wired(inputs) as unknown as Inputs;
  }

  async function compare(provider: AuthorizationProvider, at: number, declared: Declared) {
    const inputs = await check(provider, at, declared);
    const old = held.get(at);
    const { changes = true } = old ? await provider.diff(old.id, wired(old.state), inputs) : {};
    return { inputs, old, changes };
  }

  return {
    preview: async (declared = {}) => {
      const provider = start();
      await inParallel(all, async (at) => compare(provider, at, declared));
    },
    up: async (declared = {}) => {
      const provider = start();
      await inParallel(all, async (at) => {
        const { inputs, old, changes } = await compare(provider, at, declared);
        if (!changes) return;
        const { id = "", outs } = old
          ? { id: old.id, ...(await provider.update(old.id, wired(old.state), inputs)) }
          : await provider.create(inputs);
        if (!outs) throw new Error("There is no state");
        held.set(at, { id, inputs, state: wired(outs) });
      });
    },
    refresh: async () => {
      const provider = start();
      await inParallel([...held], async ([at, { id, state }]) => {
        const { props } = await provider.read(id, wired(state));
        if (!props) throw new Error(`IAM should hold ${id}`);
        held.set(at, { ...(held.get(at) as Held), state: wired(props) as State });
      });
    },
    destroy: async () => {
      const provider = start();
      await inParallel([...held], async ([at, { id, state }]) => {
        await provider.delete(id, wired(state));
        held.delete(at);
      });
    },
  };
}

/** Copies a value as the engine's protocol does: without `undefined`. */
function wired<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

/** Works on the elements with the parallelism of the engine. */
async function inParallel<Each>(
  elements: readonly Each[],
  work: (element: Each) => Promise<unknown>,
): Promise<void> {
  const queue = elements.values();
  const worker = async () => {
    for (const element of queue) await work(element);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}
