import { startIamEmulator } from "../../src/emulator";
import type { Bound } from "./bounds";
import type { Kind } from "./programs";
import { startBenchStack } from "./stack";

const AT_MOST = 1.1;

/** The engine records where a resource was declared. In a clone that path is longer than in a project. */
const PACKAGES = /project:\/\/\/[./\w-]*?node_modules\//g;

/** Bytes of the basic example's resource in the state file. */
export interface StateSize {
  ours: number;
  thin: number;
  bare: number;
}

export async function measureState(): Promise<StateSize> {
  const [ours, thin, bare] = await Promise.all([sizeOf("ours"), sizeOf("thin"), sizeOf("bare")]);
  return { ours, thin, bare };
}

export function stateBounds({ ours, thin }: StateSize): Bound[] {
  const what = "bytes of a resource, relative to the thin provider's";
  return [{ part: "state", what, measured: ours / thin, atMost: AT_MOST, unit: "x" }];
}

export function stateText({ ours, thin, bare }: StateSize): string {
  return `A resource of the basic example in the state file: ours ${ours} bytes, thin ${thin}, without outputs ${bare}`;
}

async function sizeOf(kind: Kind): Promise<number> {
  const iam = await startIamEmulator();
  const stack = await startBenchStack(kind, 1, iam);
  try {
    await stack.run("up");
    const written = (await stack.state()).replace(PACKAGES, "project:///node_modules/");
    const state = JSON.parse(written) as State;
    const { resources } = state.checkpoint.latest;
    const resource = resources.find(({ urn }) => urn.endsWith("::failed-events"));
    if (!resource) throw new Error("The state should hold a resource of the name failed-events");
    // The difference includes the backend's indentation and commas.
    resources.splice(resources.indexOf(resource), 1);
    const isCompact = !written.includes("\n");
    const without = JSON.stringify(state, undefined, isCompact ? undefined : 4);
    return Buffer.byteLength(written) - Buffer.byteLength(without);
  } finally {
    await stack.close();
    await iam.close();
  }
}

interface State {
  checkpoint: { latest: { resources: { urn: string }[] } };
}
