import { looksLikeCrn, parseCrn } from "../crn";
import { ALL } from "../inputs";
import { UNKNOWN } from "../unknown";
import { refusal, type Rule } from "./side";

export const allIsMeantSomewhere: Rule = ({ name, is }) => {
  const key = (["accountId", "region", "resourceType", "resource"] as const).find((each) => is[each] === ALL);
  return key && refusal(`${name}.${key}`, `cannot be "${ALL}": leave it out, which narrows nothing`);
};

export const accountIsOne: Rule = ({ name, is }) => {
  const { accountId } = is;
  if (accountId === undefined || accountId === UNKNOWN || accountId === ALL) return undefined;
  if (/^[0-9a-f]{32}$/i.test(accountId)) return undefined;
  return refusal(`${name}.accountId`, `is ${accountId}, and an account's id has 32 hexadecimal digits`);
};

export const serviceIsNamed: Rule = ({ name, is }) => {
  if (is.serviceName !== ALL) return undefined;
  if (name === "source" && is.resourceGroupId === undefined) {
    return refusal(
      "source.serviceName",
      `can be "${ALL}" only with source.resourceGroupId: IAM wants one of the two`,
    );
  }
  if (name === "target" && is.resourceType !== UNKNOWN && is.resourceType !== "resource-group") {
    return refusal("target.serviceName", `can be "${ALL}" only with target.resourceType: "resource-group"`);
  }
  return undefined;
};

export const idsAreIds: Rule = ({ name, is }) => {
  const key = (["resourceGroupId", "resource"] as const).find((each) => looksLikeCrn(is[each] ?? ""));
  if (!key) return undefined;
  const id = parseCrn(is[key] ?? "")?.resource;
  return refusal(`${name}.${key}`, `is a CRN: write ${id === undefined ? "the id alone" : `"${id}"`}`);
};
