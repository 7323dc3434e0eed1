import { createRequire } from "node:module";
import process from "node:process";

/*
 * Makes the calls of `list` with IBM's SDK and nothing else: a token, and one list each of authorizations, instances and
 * resource groups.
 */
const require = createRequire(import.meta.url);

/** @typedef {{ result: object }} Response */
/** @typedef {new (options: object) => Record<string, (params: object) => Promise<Response>>} Service */
/** @typedef {{ tokenManager: { getToken: () => Promise<string> } }} Authenticator */

/** @param {string} name @returns {unknown} */
const load = (name) => require(name);
const { IamAuthenticator } = /** @type {{ IamAuthenticator: new (options: object) => Authenticator }} */ (
  load("ibm-cloud-sdk-core")
);
/** @param {string} name */
const service = (name) => /** @type {Service} */ (load(`@ibm-cloud/platform-services/${name}`));
const [IamPolicyManagement, ResourceController, ResourceManager] = [
  "iam-policy-management/v1",
  "resource-controller/v2",
  "resource-manager/v2",
].map(service);

const url = process.env["IBMCLOUD_IAM_API_ENDPOINT"];
const authenticator = new IamAuthenticator({ apikey: process.env["IC_API_KEY"], url });
const options = { authenticator, serviceUrl: url };
const token = await authenticator.tokenManager.getToken();
/** @type {unknown} */
const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
const accountId = /** @type {{ account: { bss: string } }} */ (claims).account.bss;
const responses = await Promise.all([
  IamPolicyManagement &&
    new IamPolicyManagement(options)["listV2Policies"]?.({
      accountId,
      type: "authorization",
      format: "display",
    }),
  ResourceController && new ResourceController(options)["listResourceInstances"]?.({ limit: 100 }),
  ResourceManager && new ResourceManager(options)["listResourceGroups"]?.({ accountId }),
]);
console.log(JSON.stringify(responses.map((each) => each?.result)));
