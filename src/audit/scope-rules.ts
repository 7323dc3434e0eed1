import { isListedInstance } from "../provider/check/ids";
import type { Authorization } from "../results";
import { meansAllInstances } from "../shared/policy-fields";
import { ruleForEach } from "./rule-for-each";
import type { Rule } from "./types";

type Side = Authorization["source"] | Authorization["target"];
type SideProperties = Authorization["source"] & Authorization["target"];

const SERVICE_AUTH = "https://cloud.ibm.com/docs/account?topic=account-serviceauth";
const BEST_PRACTICES = "https://cloud.ibm.com/docs/account?topic=account-account_setup";

/** True for each property that limits a side to a part of its service. A property that is missing here fails the build. */
const LIMITS: Record<keyof SideProperties, boolean> = {
  serviceName: false,
  accountId: false,
  // Their values decide.
  serviceInstance: false,
  attributes: false,
  resourceGroupId: true,
  region: true,
  resourceType: true,
  resource: true,
  tags: true,
};

/** Returns true if a side covers all instances of its service, without any other limit. */
function isUnlimited(side: Side): boolean {
  // Read values only if the keys don't decide, because a preview may not know the values.
  if ((Object.keys(side) as (keyof SideProperties)[]).some((key) => LIMITS[key])) return false;
  const { serviceInstance, attributes = [] } = side;
  return attributes.every(meansAllInstances) && (serviceInstance === "*" || attributes.length > 0);
}

function isSameAccount(one: Side, other: Side): boolean {
  return one.accountId?.toLowerCase() === other.accountId?.toLowerCase();
}

/** The rules about the breadth of a scope. */
export const SCOPE_RULES: readonly Rule[] = [
  ruleForEach(
    {
      id: "all-to-all",
      severity: "high",
      title: "All instances of one service may reach all instances of another",
      source: SERVICE_AUTH,
      looksAt: "one",
    },
    ({ source, target }) =>
      isUnlimited(target) && isUnlimited(source)
        ? {
            why: `every instance of ${source.serviceName ?? "any service"} may reach every instance of ${target.serviceName}, including those that are created later`,
            change: "name the instance or the resource group of the source and of the target",
          }
        : undefined,
  ),
  ruleForEach(
    {
      id: "any-resource-group",
      severity: "high",
      title: "A side covers every resource group",
      source: BEST_PRACTICES,
      looksAt: "one",
    },
    ({ source, target }) => {
      const side = source.resourceGroupId === "*" ? "source" : "target";
      if (source.resourceGroupId !== "*" && target.resourceGroupId !== "*") return undefined;
      return {
        why: `the ${side} covers every resource group, including those that are created later`,
        change: `write the id of one resource group in ${side}.resourceGroupId`,
      };
    },
  ),
  ruleForEach(
    {
      id: "other-account",
      severity: "high",
      title: "The source is in an account that is not on the list of allowed accounts",
      source: SERVICE_AUTH,
      looksAt: "one",
    },
    ({ source, target }, { allowedAccounts = [] }) => {
      const { accountId } = source;
      if (accountId === undefined) {
        return {
          why: "its source names no account, so services of other accounts may have access",
          change: "delete the authorization unless you know that its source needs this access",
        };
      }
      if (isSameAccount(source, target) || allowedAccounts.includes(accountId.toLowerCase()))
        return undefined;
      return {
        why: `services of account ${accountId} have access`,
        change:
          "delete the authorization, or allow the account with --allow-account, or with allowedAccounts in a policy pack",
      };
    },
  ),
  ruleForEach(
    {
      id: "no-description",
      severity: "low",
      title: "The authorization has no description",
      source: SERVICE_AUTH,
      looksAt: "one",
    },
    ({ description = "", managedBy }) =>
      description.trim() === "" && managedBy === undefined
        ? {
            why: "it has no description of its purpose, so a reviewer can't decide whether to remove it",
            change: "write its purpose in description",
          }
        : undefined,
  ),
];

/** The rules about things that no longer exist. */
export const EXISTENCE_RULES: readonly Rule[] = [
  ruleForEach(
    {
      id: "missing-instance",
      severity: "medium",
      title: "The authorization names an instance that doesn't exist",
      source: SERVICE_AUTH,
      looksAt: "account",
    },
    ({ source, target }, { instances }) => {
      if (!instances) return undefined;
      const gone = [source, target].find(
        ({ serviceName = "*", serviceInstance = "*", ...side }) =>
          // Instances of another account can't be listed.
          isSameAccount(side, target) &&
          isListedInstance(serviceInstance, serviceName) &&
          !instances.has(serviceInstance.toLowerCase()),
      );
      return (
        gone && {
          why: `the account has no active instance ${gone.serviceInstance ?? ""} of ${gone.serviceName ?? "any service"} that these credentials can see`,
          change: "delete the authorization, or name an instance that exists",
        }
      );
    },
  ),
  ruleForEach(
    {
      id: "missing-resource-group",
      severity: "medium",
      title: "The authorization names a resource group that doesn't exist",
      source: BEST_PRACTICES,
      looksAt: "account",
    },
    ({ source, target }, { groups }) => {
      if (!groups) return undefined;
      const gone = [source, target].find(
        ({ resourceGroupId = "*", ...side }) =>
          isSameAccount(side, target) &&
          resourceGroupId !== "*" &&
          !groups.has(resourceGroupId.toLowerCase()),
      );
      return (
        gone && {
          why: `the account has no resource group ${gone.resourceGroupId ?? ""} that these credentials can see`,
          change: "delete the authorization, or name a resource group that exists",
        }
      );
    },
  ),
];
