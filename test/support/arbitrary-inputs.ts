import * as fc from "fast-check";
import type { Attribute, Inputs, Source, Tag, Target } from "../../src/provider/types";
import { ROLE_NAMES, SERVICE_NAMES } from "../../src/known-names";

/** A string that IAM accepts as a value, except those with a special meaning. */
const text = fc
  .string({ minLength: 1, maxLength: 20 })
  .filter((value) => value.trim() === value && value !== "*" && !/^crn:/i.test(value));
const guid = fc.uuid();
const groupId = fc.stringMatching(/^[0-9a-f]{32}$/);

const key = fc.constantFrom("namespace", "volumeId", "vpcId", "path");
const unique = { selector: ({ key: each }: { key: string }) => each, maxLength: 3 };
/** On a source, IAM knows only the attributes that have their own property; here they use another operator. */
const sourceAttribute: fc.Arbitrary<Attribute> = fc.record({
  key: fc.constantFrom("region", "resourceType", "resource"),
  operator: fc.constant("stringExists" as const),
  value: fc.boolean(),
});
const targetAttribute: fc.Arbitrary<Attribute> = fc.oneof(
  fc.record({ key, operator: fc.constant("stringEquals" as const), value: text }),
  fc.record({ key, operator: fc.constant("stringExists" as const), value: fc.boolean() }),
  fc.record({ key, operator: fc.constant("stringMatch" as const), value: text }),
  fc.record({
    key,
    operator: fc.constantFrom("stringEqualsAnyOf" as const, "stringMatchAnyOf" as const),
    value: fc.uniqueArray(text, { minLength: 1, maxLength: 10 }),
  }),
);
const tag: fc.Arbitrary<Tag> = fc.record({
  key: text,
  operator: fc.constantFrom("stringEquals" as const, "stringMatch" as const),
  value: text,
});

const breadth = fc.oneof(
  fc.record({ serviceInstance: fc.oneof(guid, fc.constant("*")) }),
  fc.record({ resourceGroupId: fc.oneof(groupId, fc.constant("*")) }),
);
const narrower = fc.record({ region: text, resourceType: text, resource: text }, { requiredKeys: [] });
const accountId = fc.stringMatching(/^[0-9a-f]{32}$/);

function withList<Side extends object>(side: Side, name: string, list: unknown[]): Side {
  return list.length > 0 ? { ...side, [name]: list } : side;
}

const source = fc
  .tuple(
    breadth,
    narrower,
    fc.record({ accountId }, { requiredKeys: [] }),
    fc.uniqueArray(sourceAttribute, unique),
  )
  .map(([...parts]): Omit<Source, "serviceName"> => {
    const [wide, narrow, account, attributes] = parts;
    const others = attributes.filter(({ key: each }) => !Object.hasOwn(narrow, each));
    return withList({ ...wide, ...narrow, ...account }, "attributes", others);
  });
const target = fc
  .tuple(breadth, narrower, fc.uniqueArray(targetAttribute, unique), fc.uniqueArray(tag, unique))
  .map(([wide, narrow, attributes, tags]): Omit<Target, "serviceName"> => {
    return withList(withList({ ...wide, ...narrow }, "attributes", attributes), "tags", tags);
  });

const serviceName = fc.constantFrom(...SERVICE_NAMES);

/** Valid inputs with any scope and without any omitted default. */
export const arbitraryInputs: fc.Arbitrary<Inputs> = fc
  .record({
    source,
    target,
    serviceName,
    intoEventNotifications: fc.boolean(),
    roles: fc.uniqueArray(fc.constantFrom(...ROLE_NAMES), { minLength: 1, maxLength: 4 }),
    description: fc.option(fc.string({ minLength: 1, maxLength: 40 }), { nil: undefined }),
    adopt: fc.option(fc.oneof(fc.constant(true), fc.uuid()), { nil: undefined }),
    settle: fc.option(fc.record({ afterCreate: fc.integer({ min: 1, max: 3600 }) }), { nil: undefined }),
  })
  .map(({ source: from, target: to, serviceName: other, intoEventNotifications, roles, ...rest }) => ({
    source: { ...from, serviceName: intoEventNotifications ? other : "event-notifications" },
    target: { ...to, serviceName: intoEventNotifications ? "event-notifications" : other },
    roles,
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
  }));
