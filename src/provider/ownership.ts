import { CodedError } from "../shared/coded-error";
import type { Inputs } from "./types";
import { canonicalJson } from "./values";

/**
 * The reason why a resource owns a policy. `"taken"`: it created or adopted the policy in this run. `"kept"`: it has the
 * policy in state and keeps it.
 */
type Owner = "taken" | "kept";

/** The owner of one policy in this run, and the deletes that this run started. */
interface Entry {
  owner?: Owner;
  /** The inputs of the resource that keeps the policy. */
  inputs?: Inputs;
  /** The URN of that resource, if it is known. */
  urn?: string | undefined;
  /** True if the diff of that resource was an update that has not begun. Pulumi may replace the resource instead. */
  isReplaceable?: boolean;
  /** True if that resource is unchanged, so that Pulumi neither updates nor replaces it. */
  isUnchanged?: boolean;
  /** True if the policy is known to match its resource. */
  isReconciled: boolean;
  /** The number of deletes that have started. IAM may show the policy for a while after they end. */
  deletes: number;
  isDeleted: boolean;
}

/** A delete that has started. */
interface Deletion {
  done: () => void;
  /** Call it if the policy was certainly not deleted. */
  cancel: () => void;
}

/**
 * The policies that the resources of this run own. Pulumi deletes last, and by id alone. Without this, a rename, a
 * `--replace` or an adoption would end with the delete of a policy that another resource has just adopted.
 *
 * The host process lives as long as one run, so this is not kept between runs.
 */
export interface Ownership {
  /** Registers a resource that the program declares, by its inputs. */
  declare: (inputs: object) => void;
  /**
   * Registers that a declared resource keeps its policy. Has no effect if the program declares no resource with these
   * inputs, as in the diff of a refresh.
   *
   * @param isUnchanged true if the state and the program are the same
   * @param urn the resource, if it is known
   * @throws CodedError if another resource owns the policy
   */
  keep: (id: string, inputs: Inputs, isUnchanged?: boolean, urn?: string) => void;
  /**
   * Reserves an authorization before it is created.
   *
   * @param fingerprint a string that is equal for duplicates
   * @returns a function that releases the reservation
   * @throws CodedError if another resource of this run has reserved it
   */
  reserve: (fingerprint: string) => () => void;
  /** Registers that a resource created or adopted a policy. @throws CodedError if it is owned or being deleted */
  take: (id: string) => void;
  /** Registers that a policy matches the inputs of its resource. */
  reconciled: (id: string) => void;
  /** Registers that a delete has started. From here on, no resource can adopt the policy. */
  startDelete: (id: string) => Deletion;
  /** Registers that the update of a policy has begun, so that its resource isn't replaced. */
  startUpdate: (id: string) => void;
  isOwned: (id: string) => boolean;
  /**
   * Returns true if Pulumi replaces this resource although its diff was an update, as with `replaceOnChanges`. Its policy has no
   * other owner then.
   */
  isReplacedBy: (id: string, urn: string | undefined) => boolean;
  /** Returns true if an unchanged resource keeps a policy. */
  isKeptUnchanged: (id: string) => boolean;
  /** Returns true if this run deletes a policy, has deleted it, or may have. */
  isDeleting: (id: string) => boolean;
  /** Returns true if this run has deleted a policy. */
  isDeleted: (id: string) => boolean;
  /** Returns the inputs of the resource that keeps a policy, unless the policy is known to match them. */
  unconfirmedInputs: (id: string) => Inputs | undefined;
}

export function createOwnership(): Ownership {
  const policies = new Map<string, Entry>();
  /** The number of declared resources with the same inputs. */
  const declared = new Map<string, number>();
  const reserved = new Set<string>();

  function entryOf(id: string): Entry {
    const entry = policies.get(id) ?? { isReconciled: false, deletes: 0, isDeleted: false };
    policies.set(id, entry);
    return entry;
  }

  return {
    declare: (inputs) => {
      const key = canonicalJson(inputs);
      declared.set(key, (declared.get(key) ?? 0) + 1);
    },
    keep: (id, inputs, isUnchanged = false, urn) => {
      const key = canonicalJson(inputs);
      const count = declared.get(key) ?? 0;
      if (count === 0) return;
      const entry = entryOf(id);
      // Without URNs, equal inputs mean the same resource, unless several resources declare them.
      const hasSameInputs = entry.inputs && canonicalJson(entry.inputs) === key && count === 1;
      const isSameResource = urn === undefined ? hasSameInputs : urn === entry.urn;
      if (entry.owner && !isSameResource) throw ownedTwice(id);
      entry.owner = "kept";
      entry.inputs = inputs;
      entry.isUnchanged = isUnchanged;
      entry.urn = urn;
      entry.isReplaceable = !isUnchanged;
    },
    reserve: (fingerprint) => {
      if (reserved.has(fingerprint)) {
        throw new CodedError(
          "declared-twice",
          "another resource of this program declares the same authorization (scope and roles): remove one of the two",
        );
      }
      reserved.add(fingerprint);
      return () => {
        reserved.delete(fingerprint);
      };
    },
    take: (id) => {
      const entry = entryOf(id);
      if (entry.owner) throw ownedTwice(id);
      if (entry.deletes > 0) {
        throw new CodedError(
          "being-removed",
          `this run is deleting authorization ${id}: run pulumi refresh, then pulumi up`,
        );
      }
      entry.owner = "taken";
    },
    reconciled: (id) => {
      entryOf(id).isReconciled = true;
    },
    startDelete: (id) => {
      const entry = entryOf(id);
      entry.deletes += 1;
      return {
        done: () => {
          entry.isDeleted = true;
        },
        cancel: () => {
          entry.deletes -= 1;
        },
      };
    },
    startUpdate: (id) => {
      entryOf(id).isReplaceable = false;
    },
    isOwned: (id) => policies.get(id)?.owner !== undefined,
    isReplacedBy: (id, urn) => {
      const entry = policies.get(id);
      return entry?.isReplaceable === true && urn !== undefined && urn === entry.urn;
    },
    isKeptUnchanged: (id) => policies.get(id)?.isUnchanged ?? false,
    isDeleting: (id) => (policies.get(id)?.deletes ?? 0) > 0,
    isDeleted: (id) => policies.get(id)?.isDeleted ?? false,
    unconfirmedInputs: (id) => {
      const entry = policies.get(id);
      return entry?.isReconciled ? undefined : entry?.inputs;
    },
  };
}

/** Returns the error for a policy that two resources of a program own. */
export function ownedTwice(id: string): CodedError {
  return new CodedError(
    "held-twice",
    `another resource of this program owns the same authorization (${id}): remove one of the two and run pulumi refresh, or, after a rename, add the old name to aliases`,
  );
}
