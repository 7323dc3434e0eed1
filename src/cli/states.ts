import { readFileSync } from "node:fs";
import * as v from "valibot";
import { namedIn } from "../generate/sources";
import { CodedError } from "../shared/coded-error";
import { isAuthorizationType } from "../shared/resource-types";
import { parseJson, pulumi } from "./account";

const pulumiExport = v.object({
  deployment: v.object({
    resources: v.optional(
      v.array(v.object({ urn: v.string(), type: v.string(), id: v.optional(v.string()) })),
      [],
    ),
  }),
});

/** Returns the policies that stacks and state files hold, by id, with the place that holds each. */
export function managedIn(stacks: readonly string[], files: readonly string[]): Map<string, string> {
  const texts = [
    ...stacks.map((stack) => [`stack ${stack}`, pulumi("stack", "export", "--stack", stack)] as const),
    ...files.map((file) => [file, readFileSync(file, "utf8")] as const),
  ];
  return new Map(texts.flatMap(([place, text]) => idsIn(text, place).map((id) => [id, place] as const)));
}

function idsIn(text: string, place: string): string[] {
  const { success, output } = v.safeParse(pulumiExport, parseJson(text));
  const own = success ? output.deployment.resources.filter(({ type }) => isAuthorizationType(type)) : [];
  try {
    return [...own, ...namedIn(text)].flatMap(({ id }) => (id ? [id] : []));
  } catch (error) {
    throw new CodedError("invalid-argument", `${place} cannot be used: ${(error as Error).message}`);
  }
}
