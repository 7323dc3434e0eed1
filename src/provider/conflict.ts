import type { PolicyConflictError } from "../iam/conflict";
import type { HeldPolicy } from "../iam/policy";
import { namesOfRoles } from "./roles";

/** What is known of a policy that is in the way, besides what it says. */
export interface InTheWay {
  /** What roles are called, by CRN. */
  names: Readonly<Record<string, string>>;
  /** Whether another resource of this run holds it. */
  isHeld: boolean;
  /** Whether this run removes it, and IAM does not show that yet. */
  isDoomed?: boolean;
  /** Whether these same credentials made it. */
  isOwn?: boolean;
}

/** Why a policy is not taken over; `undefined` where it may be. */
export function whyNotAdopted({ createdById = "", template }: HeldPolicy): string | undefined {
  if (template) return "an enterprise policy template manages it";
  if (createdById.startsWith("crn-")) return "a service made it for its own use, and removes it by itself";
  return undefined;
}

/** Says which policy is in the way, whose it is, and the ways on. */
export function inTheWay({ policy, cause }: PolicyConflictError, { names, ...known }: InTheWay): string {
  const { id, createdById = "somebody", createdAt = "some time" } = policy;
  const roles = namesOfRoles(policy.roleIds, names).join(", ");
  const { status, code, transactionId } = cause.told;
  const answer = [status, code].filter((each) => each !== undefined).join(" ");
  const exists = `IAM holds the same authorization already (${answer}): ${id} with ${roles}, made by ${createdById} at ${createdAt}`;
  const transaction = transactionId === undefined ? [] : [`Transaction-Id: ${transactionId}`];
  return [exists, ...waysOn(id, whyNotAdopted(policy), known), ...transaction].join(". ");
}

function waysOn(
  id: string,
  why: string | undefined,
  { isHeld, isDoomed, isOwn }: Omit<InTheWay, "names">,
): string[] {
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
}
