import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import type { EnAuthorizationArgs } from "./args";
import type * as mockedOutputs from "./provider/mocked-outputs";

/**
 * Returns the mocks of a test that called `pulumi.runtime.setMocks`. In such a test, neither the engine nor the provider runs.
 */
export function mocksOfTest(): pulumi.runtime.Mocks | undefined {
  // Pulumi has no function that returns the mocks. They are a property of the mock monitor, which Pulumi's types declare.
  const monitor = pulumi.runtime.getMonitor() as { mocks?: pulumi.runtime.Mocks } | undefined;
  return monitor?.mocks;
}

/** The outputs as the test's `newResource` returned them. */
type Mocked = Record<"source" | "target" | "roles", pulumi.Output<unknown>> &
  Record<"id" | "state" | "href", pulumi.Output<string | undefined>>;

/**
 * Completes the outputs that the provider would compute from the arguments. A value that `newResource` returned is kept.
 * During a preview, an output that `newResource` didn't return stays unknown.
 */
export function completeOutputs(
  { id, source, target, roles, state, href }: Mocked,
  { adopt }: Partial<EnAuthorizationArgs> = {},
): Omit<Mocked, "id"> {
  const { completeRoles, completeSides, hrefOf, ACTIVE } = loadMockedOutputs();
  const sides = pulumi.output({ source, target }).apply(completeSides);
  return {
    source: sides.apply((each) => each.source),
    target: sides.apply((each) => each.target),
    roles: pulumi.all([sides, roles, adopt]).apply((all) => completeRoles(...all)),
    state: state.apply((mocked) => mocked ?? ACTIVE),
    href: pulumi.all({ href, id }).apply((mocked) => mocked.href ?? hrefOf(mocked.id)),
  };
}

/** Loads the provider's rules with the first mocked resource, so that importing this package stays fast. */
function loadMockedOutputs(): typeof mockedOutputs {
  return createRequire(__filename)("./provider/mocked-outputs") as typeof mockedOutputs;
}
