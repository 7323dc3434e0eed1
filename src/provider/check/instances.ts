import type { Iam } from "../../iam";
import type { Resources } from "../../iam/resources";
import { messageOf } from "../../shared/coded-error";
import type { CheckFailure, Inputs } from "../types";
import { hasUnknown } from "../values";
import { isListedInstance } from "./ids";
import { explainName } from "./names";

/** The lookups of a check in Resource Controller and Resource Manager. */
export interface InstanceCheck {
  /**
   * If a failure is about a name in place of an id, adds the ids of the resources with this name. Without a response, the
   * failures stay as they are.
   */
  explainNames: (failures: CheckFailure[], iam: Iam) => Promise<CheckFailure[]>;
  /**
   * Returns a note for each instance that Resource Controller doesn't know. Instances of other accounts are not looked up.
   *
   * @param inputs normalized inputs
   * @param accountId the account of the credentials
   */
  findUnknown: (inputs: Inputs, iam: Iam, accountId: string) => Promise<string[]>;
}

const UNCHECKED =
  "Resource Controller is not asked for further instances, so their GUIDs are not checked before pulumi up";

/**
 * Creates the check of one run. After the first failure, and once all lookups together took `timeout`, nothing more is looked
 * up with the same credentials.
 *
 * @param timeout in milliseconds
 */
export function createInstanceCheck(timeout: number): InstanceCheck {
  /** The time left for each set of credentials, in milliseconds. */
  const left = new WeakMap<Iam, number>();

  /** @returns `undefined` if there is no time left, or nothing to ask */
  async function ask<Result>(
    iam: Iam,
    work: (resources: Resources) => Promise<Result>,
  ): Promise<Result | undefined> {
    const resources = isOver(iam) ? undefined : iam.resources();
    if (!resources) return undefined;
    const start = performance.now();
    try {
      const result = await work(resources);
      left.set(iam, (left.get(iam) ?? timeout) - (performance.now() - start));
      return result;
    } catch (error) {
      left.set(iam, 0);
      throw error;
    }
  }

  function isOver(iam: Iam): boolean {
    return (left.get(iam) ?? timeout) <= 0;
  }

  return {
    explainNames: async (failures, iam) => {
      if (failures.every(({ name }) => name === undefined)) return failures;
      try {
        const explain = (resources: Resources) =>
          Promise.all(failures.map((each) => explainName(each, resources)));
        return (await ask(iam, explain)) ?? failures;
      } catch {
        return failures;
      }
    },
    findUnknown: async (inputs, iam, accountId) => {
      const sides = [inputs.source, inputs.target].filter((side) => isLookedUp(side, accountId));
      if (sides.length === 0) return [];
      try {
        const notes = await ask(iam, (resources) =>
          Promise.all(sides.map((side) => noteOf(side, resources, accountId))),
        );
        const found = notes?.filter((note) => note !== undefined) ?? [];
        return notes && isOver(iam) ? [...found, `${UNCHECKED}: it is slow`] : found;
      } catch (error) {
        return [`${UNCHECKED}: ${messageOf(error)}`];
      }
    },
  };
}

type Side = Inputs["source"] | Inputs["target"];

function isLookedUp(
  side: Side,
  ownAccount: string,
): side is Side & { serviceName: string; serviceInstance: string } {
  const { accountId = ownAccount, serviceName, serviceInstance } = side;
  if (hasUnknown([accountId, serviceName, serviceInstance]) || accountId !== ownAccount) return false;
  return (
    serviceName !== undefined &&
    serviceInstance !== undefined &&
    isListedInstance(serviceInstance, serviceName)
  );
}

async function noteOf(
  { serviceName, serviceInstance }: { serviceName: string; serviceInstance: string },
  resources: Resources,
  accountId: string,
): Promise<string | undefined> {
  const found = await resources.instance(serviceInstance);
  if (!found) {
    return `Resource Controller shows no instance ${serviceInstance} in account ${accountId}: check its GUID, unless these credentials may not see it`;
  }
  if (found.serviceName === serviceName) return undefined;
  return `According to Resource Controller, ${serviceInstance} is an instance of ${found.serviceName}, not of ${serviceName}`;
}
