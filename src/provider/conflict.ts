import type { PolicyConflictError } from "../iam/errors";
import type { HeldPolicy } from "../iam/policy";
import { namesOfRoles } from "./roles";

/** What is known of a policy that is in the way, besides what it says. */
export interface InTheWay {
  /** What it is in the way of: an authorization that is to be made, or the change of one that there is. */
  of: "create" | "update";
  /** What roles are called, by CRN. */
  names: Readonly<Record<string, string>>;
  /** Whether another resource of this run holds it. */
  isHeld: boolean;
  /** Whether this run removes it, and IAM does not show that yet. */
  isDoomed?: boolean;
  /** Whether these same credentials made it. */
  isOwn?: boolean;
}

/** Who manages a policy, if not whoever may take it over. */
export function managerOf({ createdById = "", template }: HeldPolicy): "service" | "template" | undefined {
  if (template) return "template";
  return createdById.startsWith("crn-") ? "service" : undefined;
}

const WHY_NOT = {
  template: "an enterprise policy template manages it",
  service: "a service made it for its own use, and removes it by itself",
};

/** Why a policy is not taken over; `undefined` where it may be. */
export function whyNotAdopted(policy: HeldPolicy): string | undefined {
  const manager = managerOf(policy);
  return manager && WHY_NOT[manager];
}

/** Says which policy is in the way, whose it is, and the ways on. */
export function inTheWay({ policy, cause }: PolicyConflictError, known: InTheWay): string {
  const { id, createdById = "somebody", createdAt = "some time" } = policy;
  const roles = namesOfRoles(policy.roleIds, known.names).join(", ");
  const { status, code, transactionId } = cause.told;
  const answer = [status, code].filter((each) => each !== undefined).join(" ");
  const exists = `IAM holds the same authorization already (${answer}): ${id} with ${roles}, made by ${createdById} at ${createdAt}`;
  const transaction = transactionId === undefined ? [] : [`Transaction-Id: ${transactionId}`];
  return [exists, ...WAYS[known.of](id, whyNotAdopted(policy), known), ...transaction].join(". ");
}

type WaysOn = (id: string, why: string | undefined, known: InTheWay) => string[];

const WAYS: Record<InTheWay["of"], WaysOn> = {
  create: (id, why, { isHeld, isDoomed = false, isOwn = false }) => {
    if (isHeld) {
      return [
        "Another resource of this program holds it: remove one of the two and run pulumi refresh, or give the one whose name changed its old name in aliases",
      ];
    }
    if (isDoomed) {
      return [
        "This run removes it, and IAM does not show that it is gone: run pulumi refresh, then pulumi up makes this one",
      ];
    }
    if (why !== undefined) return [`It cannot be taken over, since ${why}: do without this resource`];
    return [
      `Take it over with adopt: "${id}", or remove it`,
      "If this stack has it under another name, write that name in aliases. If it is being replaced by --replace, or two resources swap their scopes, write deleteBeforeReplace or do it in two steps",
      ...(isOwn
        ? [
            "These same credentials made it: if that was an interrupted run, take over what it left with IBMCLOUD_ADOPT_OWN=true pulumi up",
          ]
        : []),
    ];
  },
  // Only what is made takes something over, so nothing that is said above leads on.
  update: (id, why, { isHeld }) => {
    if (isHeld) {
      return [`Another resource of this program holds it: ${ONE_BY_ONE}, or remove one of the two resources`];
    }
    if (why !== undefined)
      return [`It cannot be taken over, since ${why}: keep other roles, or do without this resource`];
    return [
      `Remove it, or take it over with adopt: "${id}" and pulumi up --replace <URN of this resource>, which removes last the one that it had`,
      `If another resource of this stack holds it, ${ONE_BY_ONE}`,
    ];
  },
};

const ONE_BY_ONE =
  "change the roles of one after the other, each with a pulumi up of its own (with other roles in between where they swap theirs)";
