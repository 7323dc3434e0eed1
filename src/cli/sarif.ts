import type { Log } from "sarif";
import type { Finding, Rule, Severity } from "../audit/types";
import { scopeText } from "../provider/scope-text";

const LEVELS = { high: "error", medium: "warning", low: "note" } as const satisfies Record<Severity, string>;
/** GitHub sorts alerts by this number. */
const SCORES = { high: "8.0", medium: "5.0", low: "2.0" } as const satisfies Record<Severity, string>;

/** Writes findings in the Static Analysis Results Interchange Format 2.1.0. */
export function toSarif(
  findings: readonly Finding[],
  rules: readonly Rule[],
  tool: { name: string; version: string },
): string {
  const log: Log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            ...tool,
            rules: rules.map(({ id, severity, title, source }) => ({
              id,
              shortDescription: { text: title },
              helpUri: source,
              help: { text: `Source: ${source}` },
              defaultConfiguration: { level: LEVELS[severity] },
              properties: { "security-severity": SCORES[severity] },
            })),
          },
        },
        results: findings.map(({ rule, severity, id, why, change, authorization }) => ({
          ruleId: rule,
          ruleIndex: rules.findIndex((each) => each.id === rule),
          level: LEVELS[severity],
          message: {
            text: `${authorization ? `${scopeText(authorization)}: ` : ""}${why}. To fix it, ${change}.`,
          },
          locations: [
            {
              // GitHub requires a file, but an authorization isn't in one.
              physicalLocation: { artifactLocation: { uri: `iam/policies/${id}` } },
              logicalLocations: [{ fullyQualifiedName: id, kind: "resource" }],
            },
          ],
          partialFingerprints: { authorization: `${rule}/${id}` },
        })),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}
