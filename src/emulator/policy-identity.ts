import { createHash } from "node:crypto";
import type { Policy, PolicyBody } from "./policy";

/** Returns a string that is equal for duplicates. As in IAM, list order and description make no difference. */
export function fingerprintOf({ type, subject, resource, control }: PolicyBody): string {
  const sorted = (list: readonly unknown[]) => list.map((each) => JSON.stringify(each)).sort();
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

/** Returns the ETag of a version. It doesn't depend on the href, which has the emulator's port. */
export function etagOf(revision: number, { href, ...policy }: Policy): string {
  const digest = createHash("md5")
    .update(JSON.stringify([revision, policy]))
    .digest("hex");
  return `${revision}-${digest}`;
}
