import { looksLikeCrn, parseCrn } from "../../shared/crn";
import { SCOPE_ATTRIBUTES, type ScopeAttribute } from "../../shared/policy-fields";
import { suggest } from "../../shared/suggest";
import type { CheckFailure, Source, Target } from "../types";
import { ALL, EVENT_NOTIFICATIONS, UNKNOWN } from "../values";
import { defaultSourceService } from "./normalize";
import type { ValidInputs } from "./schema";
import { ATTRIBUTE_RULES, INSTANCE_RULES, failure, type Rule, type Side } from "./side-rules";

/** The attributes for which `"*"` has a meaning of its own. Omitting any other attribute has the same effect as `"*"`. */
const TAKES_ALL: readonly string[] = [
  "serviceName",
  "serviceInstance",
  "resourceGroupId",
] satisfies ScopeAttribute[];

const allIsAllowed: Rule = ({ name, values }) => {
  const key = SCOPE_ATTRIBUTES.find((each) => values[each] === ALL && !TAKES_ALL.includes(each));
  return key && failure(`${name}.${key}`, `must not be "${ALL}": remove it, which has the same effect`);
};

const accountIsId: Rule = ({ name, values: { accountId } }) => {
  if (accountId === undefined || accountId === UNKNOWN || accountId === ALL) return undefined;
  if (/^[0-9a-f]{32}$/i.test(accountId)) return undefined;
  return failure(`${name}.accountId`, `is ${accountId}, but an account id has 32 hexadecimal digits`);
};

const serviceIsNamed: Rule = ({ name, values }) => {
  if (values.serviceName !== ALL) return undefined;
  if (name === "source" && values.resourceGroupId === undefined) {
    return failure(
      "source.serviceName",
      `can be "${ALL}" only with source.resourceGroupId: IAM requires one of the two`,
    );
  }
  const { resourceType } = values;
  if (name === "target" && resourceType !== UNKNOWN && resourceType !== "resource-group") {
    return failure("target.serviceName", `can be "${ALL}" only with target.resourceType: "resource-group"`);
  }
  return undefined;
};

const idIsNoCrn: Rule = ({ name, values }) => {
  const key = (["resourceGroupId", "resource"] as const).find((each) => looksLikeCrn(values[each] ?? ""));
  if (!key) return undefined;
  const id = parseCrn(values[key] ?? "")?.resource;
  return failure(`${name}.${key}`, `is a CRN: write ${id === undefined ? "the id alone" : `"${id}"`}`);
};

const SIDE_RULES: readonly Rule[] = [
  ...INSTANCE_RULES,
  accountIsId,
  allIsAllowed,
  serviceIsNamed,
  idIsNoCrn,
  ...ATTRIBUTE_RULES,
];

/** Checks the rules that need no call. Unknown and refused values are skipped. */
export function checkRules(inputs: ValidInputs): CheckFailure[] {
  const sides = (["source", "target"] as const).flatMap((name): Side[] => {
    const side: unknown = inputs[name];
    return side === UNKNOWN ? [] : [{ name, values: inputs[name] as Side["values"] }];
  });
  const failures = sides.flatMap((side) =>
    SIDE_RULES.flatMap((rule) => rule(withDefaultService(side, inputs)) ?? []),
  );
  const [source, target] = sides;
  return source && target ? [...failures, ...checkPair(source.values, target.values)] : failures;
}

function withDefaultService(side: Side, inputs: ValidInputs): Side {
  if (side.name === "target" || side.values.serviceName !== undefined) return side;
  return { ...side, values: { ...side.values, serviceName: defaultSourceService(inputs) } };
}

/** One of the two services must be Event Notifications. If the target is, the source's service is required. */
function checkPair(source: Partial<Source>, target: Partial<Target>): CheckFailure[] {
  const from = source.serviceName;
  const to = target.serviceName;
  if (from === UNKNOWN || to === UNKNOWN || to === undefined) return [];
  if (to === EVENT_NOTIFICATIONS) {
    if (from !== undefined) return [];
    return [
      failure(
        "source.serviceName",
        `is missing: write the service that may call ${EVENT_NOTIFICATIONS}, such as "secrets-manager", or "${ALL}" for every service of source.resourceGroupId`,
      ),
    ];
  }
  if (from === undefined || from === EVENT_NOTIFICATIONS) return [];
  const isTarget = suggest(to, [EVENT_NOTIFICATIONS]) !== undefined;
  return [
    failure(
      isTarget ? "target.serviceName" : "source.serviceName",
      `is ${isTarget ? to : from}, but one of the two services must be ${EVENT_NOTIFICATIONS} (${from} -> ${to})`,
    ),
  ];
}
