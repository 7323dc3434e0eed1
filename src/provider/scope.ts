import type { PolicyAttribute, PolicyTag } from "../iam/policy";
import { SCOPE_ATTRIBUTES, type ScopeAttribute } from "../shared/scope-attributes";
import { ALL, type Attribute, type Source, type Tag, type Target } from "./inputs";

type Side = Partial<Source & Target>;

/** The other properties of each side. One that is neither here nor among the attributes does not compile. */
const SOURCE_LISTS: Record<Exclude<keyof Source, ScopeAttribute>, true> = { attributes: true };
const TARGET_LISTS: Record<Exclude<keyof Target, ScopeAttribute>, true> = { attributes: true, tags: true };

function isNamed(key: string): key is ScopeAttribute {
  return SCOPE_ATTRIBUTES.some((each) => each === key);
}

/** One side as IAM holds it. `"*"` is no attribute at all, save for resource groups, where it is "has one". */
export function toAttributes(side: Side): PolicyAttribute[] {
  // A property that is dropped would grant more than is declared.
  const unmapped = Object.keys(side).find(
    (key) => !isNamed(key) && !Object.hasOwn({ ...SOURCE_LISTS, ...TARGET_LISTS }, key),
  );
  if (unmapped !== undefined) throw new Error(`${unmapped} has no attribute in IAM's policies`);
  const own = SCOPE_ATTRIBUTES.flatMap((key): PolicyAttribute[] => {
    const value = side[key];
    if (value === undefined) return [];
    if (value !== ALL) return [{ key, operator: "stringEquals", value }];
    return key === "resourceGroupId" ? [{ key, operator: "stringExists", value: true }] : [];
  });
  return [...own, ...(side.attributes ?? []).map(withOperator)];
}

/** One side as arguments, from what IAM holds; the inverse of `toAttributes`, in normal form. */
export function fromAttributes(attributes: readonly PolicyAttribute[]): Side {
  const side: Side = {};
  const others: PolicyAttribute[] = [];
  for (const attribute of attributes) {
    const { key } = attribute;
    const value = namedValue(attribute);
    if (isNamed(key) && value !== undefined && side[key] === undefined) side[key] = value;
    else others.push(attribute);
  }
  const says = (...keys: string[]) => attributes.some(({ key }) => keys.includes(key));
  if (!says("serviceName")) side.serviceName = ALL;
  if (!says("serviceInstance", "resourceGroupId")) side.serviceInstance = ALL;
  if (others.length > 0) side.attributes = inOrder(others) as Attribute[];
  return side;
}

/** The value of an attribute that a property can say; others stay in `attributes`. */
function namedValue({ key, operator, value }: PolicyAttribute): string | undefined {
  if (operator === "stringEquals" && typeof value === "string" && value !== ALL) return value;
  return key === "resourceGroupId" && operator === "stringExists" && value === true ? ALL : undefined;
}

/** Access tags as IAM holds them. */
export function toTags(target: Partial<Target>): PolicyTag[] | undefined {
  return target.tags?.map(withOperator);
}

/** Access tags as arguments, in normal form. */
export function fromTags(tags: readonly PolicyTag[] | undefined): Tag[] | undefined {
  return tags?.length ? (inOrder(tags) as Tag[]) : undefined;
}

function withOperator<Each extends Attribute | Tag>(each: Each): Each & { operator: string } {
  return { ...each, operator: each.operator ?? "stringEquals" };
}

/** Lists mean sets in IAM: each element once, in one order. */
function inOrder<Each extends PolicyAttribute>(attributes: readonly Each[]): Each[] {
  const byText = new Map<string, Each>();
  for (const each of attributes) {
    const value = Array.isArray(each.value) ? [...new Set(each.value)].sort() : each.value;
    byText.set(JSON.stringify([each.key, each.operator, value]), { ...each, value });
  }
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}
