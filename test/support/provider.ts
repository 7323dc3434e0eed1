import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { authorizationProvider, type AuthorizationProvider } from "../../src/provider/authorization-provider";
import type { Inputs } from "../../src/provider/inputs";
import type { State } from "../../src/provider/policy";
import { closing } from "./opened";

/** The provider as Pulumi's host drives it, on an emulator of its own. */
export interface Rig {
  iam: IamEmulator;
  provider: AuthorizationProvider;
  /** Check, then create: what the first `up` does. */
  make: (inputs: object) => Promise<{ id: string; state: State; inputs: Inputs }>;
  /** Check alone, which must take the inputs. */
  checked: (inputs: object) => Promise<Inputs>;
}

/** A provider configured as a stack's configuration would. */
export function configured(
  config: Record<string, string>,
  env: NodeJS.ProcessEnv = {},
): AuthorizationProvider {
  const provider = authorizationProvider(env);
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
  const provider = configured({ "ibmcloud:apiKey": iam.apiKey, "ibmcloud:iamEndpoint": iam.url, ...config });

  async function checked(inputs: object): Promise<Inputs> {
    const result = await provider.check({}, { ...inputs });
    if (result.failures?.length) throw new Error(result.failures.map(({ reason }) => reason).join("\n"));
    return JSON.parse(JSON.stringify(result.inputs)) as Inputs;
  }

  async function make(inputs: object) {
    const wanted = await checked(inputs);
    const { id, outs } = await provider.create(wanted);
    if (!outs) throw new Error("create gave no state");
    return { id, state: outs, inputs: wanted };
  }

  return { iam, provider, make, checked };
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
