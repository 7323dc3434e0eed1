import { isDeepStrictEqual } from "node:util";
import type { OfferedRole, Pair } from "../iam/roles";
import { pairOf } from "./check";
import type { Inputs } from "./inputs";
import { presetOf } from "./presets";
import type { Failure } from "./shape";
import { holdsUnknown, UNKNOWN } from "./unknown";

/** Roles that are known later: it stands where a list will. */
const UNKNOWN_ROLES = UNKNOWN as unknown as string[];

/**
 * The roles that earlier resources of this run kept, by what their program writes. The engine checks a replaced resource
 * twice, the second time without its old inputs. None stand for those that nobody ever wrote.
 */
export type RoleMemory = Map<string, readonly string[]>;

/** What a choice of roles depends on besides the inputs. */
interface Given {
  /** The inputs in state. */
  olds: Partial<Inputs>;
  memory: RoleMemory;
  offered?: readonly OfferedRole[];
}

/**
 * Fills in the documented roles where the program writes none. While the pair stays the same, what was filled in once stays,
 * whatever this version of the package would fill in. Beside `adopt`, and after it, nothing is filled in: the roles of what
 * was taken over stay.
 */
export function chooseRoles(
  inputs: Inputs,
  pair: Pair | undefined,
  { olds, memory, offered }: Given,
): { inputs: Inputs; failures: Failure[]; notes: string[] } {
  const done = (more: Partial<Inputs>, notes: string[] = []) => ({
    inputs: { ...inputs, ...more },
    failures: [],
    notes,
  });
  if (inputs.roles !== undefined) return done({});
  if (inputs.adopt !== undefined && inputs.adopt !== UNKNOWN) return done({});
  const key = JSON.stringify(inputs);
  if (isSamePair(olds, pair) && olds.roles === undefined) {
    // It counts as replaced until all is known, and may not be: then nothing is missing.
    if (holdsUnknown(inputs)) memory.set(key, []);
    return done({});
  }
  if (pair === undefined || inputs.adopt === UNKNOWN) return done({ roles: UNKNOWN_ROLES });

  const own = isSamePair(olds, pair) ? olds.presetRoles : undefined;
  const kept = own ?? memory.get(key);
  const preset = presetOf(pair);
  const text = `${pair.source ?? "*"} -> ${pair.target ?? "*"}`;
  // What is not known yet may tell this resource from the one that kept its roles.
  if (own === undefined && holdsUnknown(inputs) && kept && !isDeepStrictEqual(preset, kept))
    return done({ roles: UNKNOWN_ROLES });
  if (kept) {
    memory.set(key, kept);
    const roles = [...kept];
    if (preset === undefined || isDeepStrictEqual([...preset], roles))
      return done({ roles, presetRoles: roles });
    const note = `For ${text} this version knows ${preset.join(", ")} as the documented roles; ${roles.join(", ")} stay, as they were filled in before: write roles to change them`;
    return done({ roles, presetRoles: roles }, [note]);
  }
  if (preset) return done({ roles: [...preset], presetRoles: [...preset] });
  const names = offered?.map(({ displayName }) => displayName) ?? [];
  const offer = names.length > 0 ? `. IAM offers ${names.join(", ")}` : "";
  const reason = `roles is missing: IBM documents no roles for ${text}, or its pages disagree, so say which${offer}`;
  return { inputs, failures: [{ property: "roles", reason, code: "roles-missing" }], notes: [] };
}

/** Whether a resource is there already, for the same two services. */
function isSamePair({ source, target }: Partial<Inputs>, pair: Pair | undefined): boolean {
  return source !== undefined && target !== undefined && isDeepStrictEqual(pairOf({ source, target }), pair);
}
