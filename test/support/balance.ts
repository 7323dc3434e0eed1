import type { IamEmulator, Policy } from "../../src/emulator";
import type { MiniEngine } from "./mini-engine";

/** Differences between IAM and the state after a run. */
export interface Balance {
  /** Resources in state without a policy in IAM, and policies in IAM without a resource in state. */
  lost: string[];
  /** Policies that share a scope, and ids that two resources hold. */
  doubled: string[];
}

/** Compares the policies in IAM with the resources in state. */
export function balanceOf(iam: IamEmulator, { resources, condemned }: MiniEngine): Balance {
  const active = iam.policies();
  const inState = [...resources.values(), ...condemned.map(({ resource }) => resource)].map(({ id }) => id);
  const held = active.map(({ id }) => id);
  const scopes = active.map(scopeText);
  return {
    lost: [
      ...inState.filter((id) => !held.includes(id)).map((id) => `${id} is in state and not in IAM`),
      ...held.filter((id) => !inState.includes(id)).map((id) => `${id} is in IAM and not in state`),
    ],
    doubled: [
      ...scopes.filter((scope, at) => scopes.indexOf(scope) < at),
      ...inState.filter((id, at) => inState.indexOf(id) < at),
    ],
  };
}

/** Returns a policy's scope as a string; equal scopes give equal strings. */
export function scopeText({ subject, resource }: Policy): string {
  const sorted = (list: readonly object[] = []) => list.map((each) => JSON.stringify(each)).sort();
  return JSON.stringify([sorted(subject.attributes), sorted(resource.attributes), sorted(resource.tags)]);
}
