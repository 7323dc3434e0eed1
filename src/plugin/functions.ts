import { createRequire } from "node:module";
import type * as pulumi from "@pulumi/pulumi";
import type * as authorizations from "../lookups/authorizations";
import type * as groups from "../lookups/resource-group";
import type * as instances from "../lookups/service-instance";
import type { Settings } from "../iam/types";
import { CONFIG_KEYS } from "../iam/config";
import { PACKAGE } from "./config";
import type { Values } from "./wire";

const load = createRequire(__filename);

/** The functions that a program can call, by token. Each is loaded when it is called, because Pulumi's SDK is slow to load. */
const FUNCTIONS: Record<string, (args: Values) => Promise<object>> = {
  getServiceInstance: (args) =>
    (load("../lookups/service-instance") as typeof instances).getServiceInstance(
      args as unknown as instances.GetServiceInstanceArgs,
    ),
  getResourceGroup: (args) =>
    (load("../lookups/resource-group") as typeof groups).getResourceGroup(
      args as unknown as groups.GetResourceGroupArgs,
    ),
  getAuthorizations: async (args) => ({
    authorizations: await (load("../lookups/authorizations") as typeof authorizations).getAuthorizations(
      args,
    ),
  }),
};

/**
 * Calls a function of the package.
 *
 * @param token such as `ibm-en-authorization:index:getServiceInstance`
 * @throws an error whose message is one sentence
 */
export async function callFunction(
  token: string,
  args: Values,
  settings: Pick<Settings, "config">,
): Promise<object> {
  const called = FUNCTIONS[token.replace(`${PACKAGE}:index:`, "")];
  if (!called) throw new Error(`${PACKAGE} has no function ${token}`);
  useSettings(settings);
  return called(args);
}

/** Copies the provider's configuration to the stack's, because the lookups read that one. */
function useSettings({ config }: Pick<Settings, "config">): void {
  const { runtime } = load("@pulumi/pulumi") as typeof pulumi;
  const values = CONFIG_KEYS.map((key) => [`ibmcloud:${key}`, config(`ibmcloud:${key}`)] as const);
  runtime.setAllConfig(
    Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Record<string, string>,
  );
}
