import { startIamEmulator } from "../../src/emulator";
import type { Bound } from "./bounds";
import { startBenchStack } from "./stack";
import type { Kind } from "./programs";

/** What the most that a resource may take in the state file is, in bytes. */
const MOST = 2500;

/** What the engine notes of where a resource was declared: as in a project with packages of its own. */
const PACKAGES = /project:\/\/\/[./\w-]*?node_modules\//g;

/** Bytes of the one resource of the basic example in the state file, as the backend writes it. */
export interface StateSize {
  ours: number;
  bare: number;
  /** The provider's text, of which the state holds two. */
  text: { ours: number; bare: number };
}

export async function measureState(): Promise<StateSize> {
  const [ours, bare] = await Promise.all([sizeOf("ours"), sizeOf("bare")]);
  return {
    ours: ours.bytes,
    bare: bare.bytes,
    text: { ours: ours.text, bare: bare.text },
  };
}

export function stateBounds({ ours, bare, text }: StateSize): Bound[] {
  const note = `without outputs ${bare}; text ${text.ours}, there ${text.bare}`;
  return [
    {
      part: "state",
      what: "a resource of the basic example",
      measured: ours,
      atMost: MOST,
      unit: "bytes",
      note,
    },
  ];
}

async function sizeOf(kind: Kind): Promise<{ bytes: number; text: number }> {
  const iam = await startIamEmulator();
  const stack = await startBenchStack(kind, 1, iam);
  try {
    await stack.run("up");
    const written = (await stack.state()).replace(PACKAGES, "project:///node_modules/");
    const state = JSON.parse(written) as State;
    const { resources } = state.checkpoint.latest;
    const resource = resources.find(({ urn }) => urn.endsWith("::failed-events"));
    if (!resource) throw new Error("The state should hold a resource of the name failed-events");
    // What the file is longer by with it: indentation and commas are the backend's own.
    resources.splice(resources.indexOf(resource), 1);
    const isCompact = !written.includes("\n");
    const without = JSON.stringify(state, undefined, isCompact ? undefined : 4);
    return {
      bytes: Buffer.byteLength(written) - Buffer.byteLength(without),
      text: resource.inputs.__provider.length,
    };
  } finally {
    await stack.close();
    await iam.close();
  }
}

interface State {
  checkpoint: { latest: { resources: { urn: string; inputs: { __provider: string } }[] } };
}
