import { CodedError, codeOf } from "../shared/coded-error";
import type { Inputs } from "./inputs";

/** How sentences call the two services of an authorization. */
export function pairText(inputs: Partial<Inputs>): string {
  const name = (side: { serviceName?: string } | undefined) => side?.serviceName ?? "?";
  return `${name(inputs.source)} -> ${name(inputs.target)}`;
}

/**
 * Does one of Pulumi's operations; what fails comes out as one sentence: what was tried, on which pair of services, and
 * why. Pulumi's host prints the stack of some errors, so the sentence stands in its place.
 *
 * @param redact takes credentials out of a text
 * @param more what the engine has to know of a failure besides the sentence
 */
export async function attempt<Result>(
  what: string,
  inputs: Partial<Inputs>,
  redact: (text: string) => string,
  work: () => Promise<Result>,
  more: (cause: unknown, sentence: string) => object = () => ({}),
): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const pair = inputs.target ? ` (${pairText(inputs)})` : "";
    const code = codeOf(cause);
    // What IAM says goes into sentences in many ways: the finished one is looked through once more.
    const error = new CodedError(code, redact(`Cannot ${what}${pair}: ${reason} [${code}]`), { cause });
    error.name = "";
    error.stack = error.message;
    throw Object.assign(error, more(cause, error.message));
  }
}
