import { mocksOfTest } from "../mocks";
import { CodedError } from "../shared/coded-error";

/** The lookups, each with the properties of which a mocked result must have at least one. */
const REQUIRED = {
  getServiceInstance: ["guid", "crn"],
  getResourceGroup: ["id", "crn"],
  getAuthorizations: ["authorizations"],
} as const;

/**
 * Asks the test's `mocks.call` instead of IBM Cloud.
 *
 * @returns the result, or `undefined` if the program runs without Pulumi's mocks
 * @throws CodedError if the result has none of the required properties. Otherwise, a test could pass without a real value.
 */
export async function mockedResult(
  lookup: keyof typeof REQUIRED,
  args: object,
): Promise<Record<string, unknown> | undefined> {
  const mocks = mocksOfTest();
  if (!mocks) return undefined;
  const token = `ibm-en-authorization:index:${lookup}`;
  // `pulumi.runtime.invoke` would drop the message of an error that `mocks.call` throws.
  const result = (await mocks.call({ token, inputs: { ...args } })) as Record<string, unknown> | undefined;
  const required = REQUIRED[lookup];
  if (result && required.some((key) => result[key])) return result;
  const example = required.map((key) => `${key}: …`).join(", ");
  throw new CodedError(
    "invalid-argument",
    `mocks.call returned no ${required.join(" and no ")} for the token ${token}: return { ${example} }`,
  );
}
