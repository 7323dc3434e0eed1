import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import type { Timeouts } from "../../src/iam/types";
import { authorizationProvider, type AuthorizationProvider } from "../../src/provider/provider";
import type { Inputs, State } from "../../src/provider/types";
import { closing } from "./opened";

/** Timeouts in milliseconds: the real IAM needs seconds and minutes. */
export const QUICK: Timeouts = {
  requestTimeout: 5_000,
  retryTimeout: 2_000,
  firstDelay: 2,
  longestDelay: 10,
  clockTolerance: 0,
  propagation: 300,
};

/** A provider with its own emulator, called as Pulumi's host calls it. */
export interface Rig {
  iam: IamEmulator;
  /** The provider of the first engine run, shared by the resources of one program. */
  provider: AuthorizationProvider;
  /** The messages that all runs logged. */
  logged: string[];
  /** Returns a provider for the next run: Pulumi starts a new host for each run. */
  next: (env?: NodeJS.ProcessEnv, timeouts?: Timeouts) => AuthorizationProvider;
  /** Checks and creates, as the first `up` does. Pass a provider to use another run. */
  make: (inputs: object, provider?: AuthorizationProvider) => Promise<Made>;
  /** Creates after a check that compared nothing with IAM, as if its list were out of date. */
  makeUncompared: (inputs: object, provider?: AuthorizationProvider) => Promise<Made>;
  /**
   * Checks inputs as those of a resource in state, which are not compared with IAM, and returns the normalized ones.
   *
   * @throws if they are refused
   */
  checked: (inputs: object, provider?: AuthorizationProvider) => Promise<Inputs>;
}

/** A created authorization. */
interface Made {
  id: string;
  state: State;
  inputs: Inputs;
}

/** Returns a provider with this stack configuration. */
export function configured(
  config: Record<string, string>,
  env: NodeJS.ProcessEnv = {},
  timeouts: Partial<Timeouts> = QUICK,
  log: (message: string) => void = () => undefined,
): AuthorizationProvider {
  const provider = authorizationProvider({ env, timeouts, log });
  const get = (key: string) => config[key];
  const required = (key: string) => {
    const value = get(key);
    if (value === undefined) throw new Error(`no ${key}`);
    return value;
  };
  void provider.configure({ config: { get, require: required } });
  return provider;
}

/** Starts an emulator and a provider that has its credentials. */
export async function startRig(config: Record<string, string> = {}): Promise<Rig> {
  const iam = closing(await startIamEmulator());
  const logged: string[] = [];
  const settings = { "ibmcloud:apiKey": iam.apiKey, "ibmcloud:iamEndpoint": iam.url, ...config };
  const next = (env?: NodeJS.ProcessEnv, timeouts = QUICK) =>
    configured(settings, env, timeouts, (message) => logged.push(message));
  const provider = next();

  async function check(olds: object, inputs: object, run: AuthorizationProvider): Promise<Inputs> {
    const result = await run.check({ ...olds }, { ...inputs });
    if (result.failures?.length)
      throw new Error(result.failures.map(({ property, reason }) => `${property} ${reason}`).join("\n"));
    return JSON.parse(JSON.stringify(result.inputs)) as Inputs;
  }

  async function created(inputs: Inputs, run: AuthorizationProvider): Promise<Made> {
    const { id, outs } = await run.create(inputs);
    if (!outs) throw new Error("create returned no state");
    return { id, state: outs, inputs };
  }

  // The state of every resource has the provider script.
  const checked = (inputs: object, run = provider) => check({ __provider: "" }, inputs, run);
  const make = async (inputs: object, run = provider) => created(await check({}, inputs, run), run);
  const makeUncompared = async (inputs: object, run = provider) => created(await checked(inputs, run), run);

  return { iam, logged, provider, next, make, makeUncompared, checked };
}

/** Returns the error that a promise rejects with. @throws if it resolves */
export async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("the promise should have been rejected");
}
