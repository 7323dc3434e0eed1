import type { IamEmulator, Policy } from "../../src/emulator";
import type { MiniEngine } from "./mini-engine";

/** What a run left that should not be. */
export interface Balance {
  /** Resources in state whose policy IAM does not hold, and policies that IAM holds and no resource knows. */
  lost: string[];
  /** Policies of which IAM holds more than one with the same scope, or that two resources hold. */
  doubled: string[];
}

/** Compares what IAM holds with what the state holds. */
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

/** A policy's scope, the same text for the same scope. */
export function scopeText({ subject, resource }: Policy): string {
  const sorted = (list: readonly object[] = []) => list.map((each) => JSON.stringify(each)).sort();
  return JSON.stringify([sorted(subject.attributes), sorted(resource.attributes), sorted(resource.tags)]);
}
