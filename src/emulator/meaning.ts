import type { PolicyBody } from "./policy";

/** Two policies are the same to IAM when this is the same: the order of lists and the description do not count. */
export function meaningOf({ type, subject, resource, control }: PolicyBody): string {
  const sorted = (list: readonly unknown[] = []) => list.map((each) => JSON.stringify(each)).sort();
  const plain = (list: PolicyBody["subject"]["attributes"] = []) =>
    list.map(({ key, operator, value }) => [key, operator, Array.isArray(value) ? [...value].sort() : value]);
  return JSON.stringify([
    type,
    sorted(plain(subject.attributes)),
    sorted(plain(resource.attributes)),
    sorted(plain(resource.tags)),
    sorted([...new Set(control.grant.roles.map(({ role_id }) => role_id))]),
  ]);
}
