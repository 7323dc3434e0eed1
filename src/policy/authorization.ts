import type { Authorization } from "../results";

/** The properties of a resource: its inputs, or its outputs. Reading a value that a preview doesn't know yet throws. */
export type Properties = Readonly<Record<string, unknown>>;

/** A placeholder for the account of the credentials, which inputs don't name. It differs from every account id. */
const OWN_ACCOUNT = "the account of the credentials";

/**
 * Returns the authorization that a resource declares, in the form that the rules of `audit` take. It reads a value only if a rule
 * does, so that an unknown value stops only the rules that need it.
 *
 * @param id the name of the authorization in a finding
 * @param ownAccount the account of the credentials, if it is known
 */
export function toAuthorization(id: string, properties: Properties, ownAccount = OWN_ACCOUNT): Authorization {
  const sideOf = (name: "source" | "target") => properties[name] as Properties;
  const targetAccount = () => (sideOf("target")["accountId"] as string | undefined) ?? ownAccount;
  return {
    id,
    get source() {
      const source = sideOf("source");
      return lazily(source, () => {
        if (source["accountId"] === undefined) return targetAccount();
        // The provider removes the account of the credentials from inputs, but only from a side without unknown values. Reading
        // all values throws if one is unknown.
        if (targetAccount() === OWN_ACCOUNT) JSON.stringify(source);
        return source["accountId"];
      }) as Authorization["source"];
    },
    get target() {
      return lazily(sideOf("target"), targetAccount) as Authorization["target"];
    },
    get roles() {
      return (properties["roles"] ?? []) as string[];
    },
    get description() {
      return properties["description"] as string;
    },
  };
}

/** Copies a side and replaces its account. The values are read only when they are used. */
function lazily(side: Properties, account: () => unknown): object {
  const getters = Object.keys(side).map((key) => [key, { enumerable: true, get: () => side[key] }] as const);
  const accountId = { enumerable: true, get: account };
  return Object.defineProperties<object>({}, { ...Object.fromEntries(getters), accountId });
}
