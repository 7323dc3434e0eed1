import { CodedError } from "../shared/coded-error";
import type { Inputs } from "./inputs";

/**
 * Which policies the resources of this run hold. Pulumi's engine deletes last, and by id alone: without this, the end of a
 * rename, of `--replace` or of an adoption would delete what another resource has just taken.
 */
export interface Claims {
  /** Takes note of the inputs of a resource that the program declares. */
  declare: (inputs: object) => void;
  /**
   * Takes note that a declared resource keeps its policy. Other diffs, such as those of a refresh, claim nothing.
   *
   * @throws when another resource made, adopted or kept this policy in this run
   */
  keep: (id: string, inputs: Inputs) => void;
  /**
   * Takes note that a resource is about to make an authorization.
   *
   * @param meaning the same text for the same authorization
   * @returns what to call when it was not made
   * @throws when another resource of this run makes, or made, the same
   */
  begin: (meaning: string) => () => void;
  /** @throws when another resource holds this policy, or this run removes it */
  take: (id: string) => void;
  /** Whether a resource of this run holds a policy. */
  holds: (id: string) => boolean;
  /** Takes note that a policy was brought in line in this run, or is known to be. */
  aligned: (id: string) => void;
  /** What the resource declares that keeps a policy, unless it is known to say so. */
  declaredOf: (id: string) => Inputs | undefined;
  /**
   * Takes note that a policy is about to be deleted. IAM may show it for some time after that; nobody takes it any more.
   *
   * @returns what to call when it was not deleted, for certain
   */
  remove: (id: string) => () => void;
  /** Whether this run deletes a policy, did, or may have. */
  isDoomed: (id: string) => boolean;
  /** Takes note that a policy was deleted. */
  removed: (id: string) => void;
  /** Whether this run deleted a policy. */
  isRemoved: (id: string) => boolean;
}

/** Claims live as long as the host process: one operation of the engine. */
export function startClaims(): Claims {
  /** How many resources have these inputs. */
  const declared = new Map<string, number>();
  const begun = new Set<string>();
  const taken = new Set<string>();
  /** With which inputs. */
  const kept = new Map<string, Inputs>();
  const inLine = new Set<string>();
  /** How many deletes of a policy were begun. */
  const doomed = new Map<string, number>();
  const deleted = new Set<string>();
  const isDoomed = (id: string) => (doomed.get(id) ?? 0) > 0;
  const holds = (id: string) => taken.has(id) || kept.has(id);

  return {
    declare: (inputs) => {
      const text = textOf(inputs);
      declared.set(text, (declared.get(text) ?? 0) + 1);
    },
    keep: (id, inputs) => {
      const text = textOf(inputs);
      const resources = declared.get(text) ?? 0;
      if (resources === 0) return;
      // The engine tells no names: the same inputs once more are the same resource, unless two have them.
      const other = kept.get(id);
      const isKept = other !== undefined && (textOf(other) !== text || resources > 1);
      if (taken.has(id) || isKept) throw heldTwice(id);
      kept.set(id, inputs);
    },
    begin: (meaning) => {
      if (begun.has(meaning)) {
        throw new CodedError(
          "declared-twice",
          "another resource of this program declares the same authorization (scope and roles): remove one of the two",
        );
      }
      begun.add(meaning);
      return () => {
        begun.delete(meaning);
      };
    },
    take: (id) => {
      if (holds(id)) throw heldTwice(id);
      if (isDoomed(id))
        throw new CodedError(
          "being-removed",
          `this run removes the authorization ${id}: run pulumi refresh, then pulumi up`,
        );
      taken.add(id);
    },
    holds,
    aligned: (id) => {
      inLine.add(id);
    },
    declaredOf: (id) => (inLine.has(id) ? undefined : kept.get(id)),
    remove: (id) => {
      const count = (by: number) => doomed.set(id, (doomed.get(id) ?? 0) + by);
      count(1);
      return () => void count(-1);
    },
    isDoomed,
    removed: (id) => {
      deleted.add(id);
    },
    isRemoved: (id) => deleted.has(id),
  };
}

function heldTwice(id: string): CodedError {
  const message = `another resource of this program holds the same authorization (${id}): remove one of the two and run pulumi refresh, or give the one whose name changed its old name in aliases`;
  return new CodedError("held-twice", message);
}

/** Inputs as the engine hands them on, whatever the order of their properties. */
function textOf(inputs: object): string {
  return JSON.stringify(inputs, (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}
