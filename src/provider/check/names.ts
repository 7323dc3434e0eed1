import type { Resources } from "../../iam/resources";
import type { CheckFailure, Source, Target, WrittenName } from "../types";
import { ALL, isUnknown } from "../values";

/** The two kinds of ids, with the parts of the error for a name in place of an id. */
const KINDS = {
  serviceInstance: {
    problem: "is neither a GUID nor a CRN: write",
    advice:
      'the instance\'s GUID, its CRN, or "*" for all instances. getServiceInstance of this package and `ibmcloud resource service-instances` find a GUID by name',
    id: "GUID",
    noun: ({ serviceName }: WrittenName) =>
      serviceName === undefined ? "instance" : `${serviceName} instance`,
  },
  resourceGroupId: {
    problem: "is not the id of a resource group, which has 32 hexadecimal digits: write",
    advice: "the id. getResourceGroup of this package and `ibmcloud resource groups` find an id by name",
    id: "id",
    noun: () => "resource group",
  },
};

/** Returns the failure for a name in place of an id. */
export function refuseName(
  side: "source" | "target",
  key: WrittenName["key"],
  { serviceName, accountId, ...values }: Partial<Source & Target>,
): CheckFailure {
  const property = `${side}.${key}`;
  const { problem, advice } = KINDS[key];
  return {
    property,
    reason: `${property} ${problem} ${advice}`,
    name: {
      key,
      text: values[key] ?? "",
      ...(isOne(serviceName) && { serviceName }),
      ...(isOne(accountId) && { accountId }),
    },
  };
}

/** Returns true for the name of one service, or the id of one account. */
function isOne(value: string | undefined): boolean {
  return value !== undefined && value !== ALL && !isUnknown(value);
}

/** A resource that a name stands for. */
interface Named {
  id: string;
  /** A phrase that distinguishes it from others with the same name. */
  place: string;
}

/** The maximum number of ids in one failure. */
const LISTED = 3;

/** Adds to a failure the ids that its name stands for. Only the account of the credentials can be searched. */
export async function explainName(failure: CheckFailure, resources: Resources): Promise<CheckFailure> {
  const { property, reason, name } = failure;
  if (name === undefined) return failure;
  const account = await resources.accountId();
  if (name.accountId !== undefined && name.accountId !== account) return failure;
  const { problem, id, noun } = KINDS[name.key];
  const [first, ...others] = await findNamed(name, resources);
  if (!first) {
    const none = `Account ${account} has no ${noun(name)} named "${name.text}" that these credentials may see`;
    return { ...failure, reason: `${reason}. ${none}` };
  }
  if (others.length === 0) {
    const one = `"${first.id}", the ${id} of the ${noun(name)} "${name.text}"`;
    return { ...failure, reason: `${property} ${problem} ${one}` };
  }
  const all = [first, ...others];
  const listed = all.slice(0, LISTED).map((each) => `"${each.id}" (${each.place})`);
  const more = all.length > LISTED ? ` and ${all.length - LISTED} more` : "";
  const several = `the ${id} of one of the ${all.length} ${noun(name)}s named "${name.text}": ${listed.join(", ")}${more}`;
  return { ...failure, reason: `${property} ${problem} ${several}` };
}

async function findNamed({ key, text, serviceName }: WrittenName, resources: Resources): Promise<Named[]> {
  if (key === "resourceGroupId") {
    const groups = await resources.groups();
    return groups.filter(({ name }) => name === text).map(({ id, crn }) => ({ id, place: crn }));
  }
  const instances = await resources.instances(text);
  return instances
    .filter((each) => each.name === text && (serviceName === undefined || each.serviceName === serviceName))
    .map(({ guid, serviceName, region }) => ({ id: guid, place: `${serviceName} in ${region}` }));
}
