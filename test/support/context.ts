import type { Iam } from "../../src/iam";
import type { OfferedRole, Policy } from "../../src/iam/types";
import { createOwnership } from "../../src/provider/ownership";
import { toAttributes, toState } from "../../src/provider/policy-mapping";
import type { Context, Inputs, State } from "../../src/provider/types";
import { ACCOUNT, COS, EN } from "./inputs";

export const READER: OfferedRole = {
  crn: "crn:v1:bluemix:public:iam::::serviceRole:Reader",
  displayName: "Reader",
};
export const WRITER: OfferedRole = {
  crn: "crn:v1:bluemix:public:iam::::serviceRole:Writer",
  displayName: "Writer",
};

/** Normalized inputs: one Event Notifications instance may read one Object Storage instance. */
export const INPUTS: Inputs = {
  source: { serviceName: "event-notifications", serviceInstance: EN },
  target: { serviceName: "cloud-object-storage", serviceInstance: COS },
  roles: ["Reader"],
};

/** The policy of `INPUTS`, as IAM returns it. */
export function policy(changes: Partial<Policy> = {}): Policy {
  const side = (values: object) => ({ attributes: toAttributes({ accountId: ACCOUNT, ...values }) });
  return {
    id: "one",
    type: "authorization",
    state: "active",
    href: "https://iam/v2/policies/one",
    subject: side(INPUTS.source),
    resource: side(INPUTS.target),
    roleIds: [READER.crn],
    roleNames: { [READER.crn]: "Reader" },
    createdById: "iam-me",
    ...changes,
  };
}

/** The state of `INPUTS`. */
export function state(changes: Partial<State> = {}): State {
  return { ...toState(policy(), { [READER.crn]: "Reader" }), ...changes };
}

/** Returns a context whose IAM has the given methods. A call of any other method throws. */
export function contextOf(iam: Partial<Iam>): Context & { logged: string[]; waited: number[] } {
  const logged: string[] = [];
  const waited: number[] = [];
  const known: Partial<Iam> = {
    adoptsOwn: false,
    identity: () => Promise.resolve({ accountId: ACCOUNT, iamId: "iam-me" }),
    offeredRoles: () => Promise.resolve([READER, WRITER]),
    ...iam,
  };
  return {
    iam: new Proxy(known, {
      get: (target, name) => {
        if (name in target) return target[name as keyof Iam];
        throw new Error(`unexpected call: ${String(name)}`);
      },
    }) as Iam,
    ownership: createOwnership(),
    wait: (seconds) => {
      waited.push(seconds);
      return Promise.resolve();
    },
    log: (message) => void logged.push(message),
    logged,
    waited,
  };
}
