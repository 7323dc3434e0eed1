import { connect, type Client } from "../iam/client";
import { CLOCK_PRECISION } from "../iam/config";
import { dateOf } from "../iam/error-details";
import { listPolicies } from "../iam/policies";
import { hasResources, openResources } from "../iam/resources";
import { listRoles } from "../iam/roles";
import type { Settings } from "../iam/types";
import { codeOf, messageOf, type ErrorCode } from "../shared/coded-error";
import { counted } from "../shared/text";
import type { Check } from "./types";

/** The timeouts of a check. They are shorter than those of a deployment, because a diagnosis must not take minutes. */
const TIMEOUTS = { requestTimeout: 10_000, retryTimeout: 15_000 };

/** Checks credentials, endpoints, permissions and clock with calls that only read. */
export async function checkAccount(settings: Settings, name?: string): Promise<Check[]> {
  let client: Client;
  try {
    client = connect({ ...settings, timeouts: { ...TIMEOUTS, ...settings.timeouts } }, name);
  } catch (error) {
    // For credentials with a name, the message has the variable to set.
    const remedies = { "no-credentials": "Set IC_API_KEY, or see docs/configuration.md" };
    return [failed("credentials", error, name === undefined ? remedies : {})];
  }
  const { check, took } = await checkIdentity(client);
  if (check.status === "failed") return [check];
  const endpoint: Check = {
    name: "IAM",
    status: "ok",
    detail: `${client.endpoint}, first token in ${took} ms`,
  };
  const permissions = await Promise.all([
    permission("may read roles", "any role in the account", async () => {
      const pair = { source: "event-notifications", target: "kms" };
      const found = await client.withDeadline((own) => listRoles(client, pair, own));
      return `${counted(found.length, "role")} for ${pair.source} -> ${pair.target}`;
    }),
    permission("may read authorizations", "Viewer on IAM, or Viewer on the services", async () => {
      const found = await client.withDeadline((own) => listPolicies(client, own));
      return found.length === 0
        ? "none: the account has none, or these credentials see none"
        : counted(found.length, "authorization");
    }),
    ...resourceChecks(settings, name, client),
    checkClock(client),
  ]);
  return [check, endpoint, ...permissions, MAY_CREATE];
}

/** IAM has no call that answers this without a write. */
const MAY_CREATE: Check = {
  name: "may create",
  status: "skipped",
  detail: "IAM doesn't answer this without creating an authorization",
  remedy:
    "Check that the credentials have the platform role Administrator on the target, and each role that is granted",
};

async function checkIdentity(client: Client): Promise<{ check: Check; took: number }> {
  const name = "credentials";
  const start = performance.now();
  try {
    const identity = await client.withDeadline((deadline) => client.identity(deadline));
    const { accountId, iamId = "an unknown user", expiresAt } = identity;
    const until = expiresAt === undefined ? "" : `, token valid until ${new Date(expiresAt).toISOString()}`;
    const detail = `${client.kind} from ${client.from}: account ${accountId}, as ${iamId}${until}`;
    return { check: { name, status: "ok", detail }, took: Math.round(performance.now() - start) };
  } catch (error) {
    const { detail, ...check } = failed(name, error, {
      "credentials-refused": `Check ${client.from}`,
      "no-answer": `Check that ${client.endpoint} can be reached from here`,
    });
    return { check: { ...check, detail: client.redact(detail) }, took: 0 };
  }
}

function resourceChecks(
  settings: Settings,
  credentials: string | undefined,
  client: Client,
): Promise<Check>[] {
  const names = ["may read instances", "may read resource groups"] as const;
  if (!hasResources(settings, client)) {
    const remedy = "Set the endpoints of Resource Controller and Resource Manager: docs/configuration.md";
    const detail = "only IAM's endpoint is set";
    return names.map((name) => Promise.resolve({ name, status: "skipped", detail, remedy }));
  }
  const resources = openResources(settings, credentials, { client, timeout: TIMEOUTS.retryTimeout });
  return [
    permission(names[0], "Viewer on the instances", async () =>
      counted((await resources.instances()).length, "instance"),
    ),
    permission(names[1], "Viewer on the resource groups", async () =>
      counted((await resources.groups()).length, "resource group"),
    ),
  ];
}

/** @param role the access that the credentials need */
async function permission(name: string, role: string, read: () => Promise<string>): Promise<Check> {
  const start = performance.now();
  try {
    const detail = await read();
    return { name, status: "ok", detail: `${detail}, in ${Math.round(performance.now() - start)} ms` };
  } catch (error) {
    return failed(name, error, { "not-permitted": `Give the credentials ${role}` });
  }
}

/** @param remedies the remedies by the code of the error. For other codes, the error's message has the next step. */
function failed(name: string, error: unknown, remedies: Partial<Record<ErrorCode, string>>): Check {
  const remedy = remedies[codeOf(error)];
  return { name, status: "failed", detail: messageOf(error), ...(remedy !== undefined && { remedy }) };
}

/**
 * The largest accepted difference between this machine's clock and IAM's, in milliseconds. With a wrong clock, tokens seem
 * expired, or are used after they expired.
 */
const LARGEST_SKEW = 60_000;

async function checkClock(client: Client): Promise<Check> {
  const name = "clock";
  const params = { serviceName: "kms", policyType: "authorization" };
  try {
    const skew = await client.withDeadline((deadline) =>
      client.call(
        (service) => service.listRoles(params),
        ({ headers }) => Date.now() - (dateOf(headers) ?? Number.NaN),
        deadline,
      ),
    );
    if (Number.isNaN(skew)) return { name, status: "skipped", detail: "IAM's response has no date" };
    const seconds = Math.abs(skew) <= CLOCK_PRECISION ? 0 : Math.round(skew / 1000);
    const detail =
      seconds === 0
        ? "agrees with IAM's"
        : `${Math.abs(seconds)} s ${seconds > 0 ? "ahead of" : "behind"} IAM's`;
    if (Math.abs(skew) <= LARGEST_SKEW) return { name, status: "ok", detail };
    return { name, status: "failed", detail, remedy: "Set the clock of this machine, for example by NTP" };
  } catch (error) {
    return { name, status: "skipped", detail: messageOf(error) };
  }
}
