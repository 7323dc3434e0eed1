import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { authorizationProvider, type AuthorizationProvider } from "../../src/provider/provider";
import type { Timeouts } from "../../src/iam/types";
import type { Inputs } from "../../src/provider/types";
import type { State } from "../../src/provider/types";
import { closing } from "./opened";

/** What takes seconds and minutes with the real IAM takes some milliseconds here. */
export const QUICK: Timeouts = {
  requestTimeout: 5_000,
  retryTimeout: 400,
  firstDelay: 2,
  longestDelay: 10,
  clockTolerance: 0,
  propagation: 300,
};

/** The provider as Pulumi's host drives it, on an emulator of its own. */
export interface Rig {
  iam: IamEmulator;
  /** One run of the engine: what the resources of one program do. */
  provider: AuthorizationProvider;
  /** What the runs said. */
  said: string[];
  /** The next run: Pulumi starts a host for each. */
  next: (env?: NodeJS.ProcessEnv, pace?: Timeouts) => AuthorizationProvider;
  /** Check, then create: what the first `up` does; in the same run as others, or in one of its own. */
  make: (inputs: object, provider?: AuthorizationProvider) => Promise<Made>;
  /** Check alone, which must take the inputs. */
  checked: (inputs: object, provider?: AuthorizationProvider) => Promise<Inputs>;
}

/** An authorization that was made. */
interface Made {
  id: string;
  state: State;
  inputs: Inputs;
}

/** A provider configured as a stack's configuration would. */
export function configured(
  config: Record<string, string>,
  env: NodeJS.ProcessEnv = {},
  pace: Partial<Timeouts> = QUICK,
  say: (sentence: string) => void = () => undefined,
): AuthorizationProvider {
  const provider = authorizationProvider({ env, timeouts: pace, log: say });
  const get = (key: string) => config[key];
  const required = (key: string) => {
    const value = get(key);
    if (value === undefined) throw new Error(`no ${key}`);
    return value;
  };
  void provider.configure({ config: { get, require: required } });
  return provider;
}

/** Starts an emulator and a provider with its credentials. */
export async function startRig(config: Record<string, string> = {}): Promise<Rig> {
  const iam = closing(await startIamEmulator());
  const said: string[] = [];
  const settings = { "ibmcloud:apiKey": iam.apiKey, "ibmcloud:iamEndpoint": iam.url, ...config };
  const next = (env?: NodeJS.ProcessEnv, pace = QUICK) =>
    configured(settings, env, pace, (each) => said.push(each));
  const provider = next();

  async function checked(inputs: object, run = provider): Promise<Inputs> {
    const result = await run.check({}, { ...inputs });
    if (result.failures?.length) throw new Error(result.failures.map(({ reason }) => reason).join("\n"));
    return JSON.parse(JSON.stringify(result.inputs)) as Inputs;
  }

  async function make(inputs: object, run = provider): Promise<Made> {
    const wanted = await checked(inputs, run);
    const { id, outs } = await run.create(wanted);
    if (!outs) throw new Error("create gave no state");
    return { id, state: outs, inputs: wanted };
  }

  return { iam, said, provider, next, make, checked };
}

/** What something was rejected with. */
export async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("it should have failed");
}
