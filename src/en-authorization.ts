import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import type { SourceProperties, TargetProperties, EnAuthorizationArgs } from "./args";
import { completeOutputs, mocksOfTest } from "./mocks";
import type * as plainCredentials from "./plain-credentials";
import type { PolicyMetadata } from "./shared/policy-fields";
import { DELETES_FIRST, WAS_PREVIEWED } from "./shared/private-inputs";
import { DYNAMIC_TYPE } from "./shared/resource-types";

/** The outputs. The class must declare each of them, and the constructor must list it. */
type Outputs = {
  readonly [
    Key in "source" | "target" | "roles" | "description" | keyof PolicyMetadata
  ]: pulumi.Output<unknown>;
};

type Credentials = Pick<EnAuthorizationArgs, "credentials">;

/** The options of {@link EnAuthorization.get}: Pulumi's resource options, and `credentials` as for a new authorization. */
export interface GetAuthorizationOptions extends pulumi.CustomResourceOptions, Credentials {}

/**
 * The script that Pulumi evaluates to get the provider. Pulumi keeps it in state with every resource. It only loads the
 * installed package, so that `refresh` and `destroy` of an old stack run the installed version. If the package is
 * missing, the error is `run npm install pulumi-ibm-en-authorization in <folder>`.
 *
 * The state contains the script twice per resource, so it is short, and it avoids double quotes, which JSON escapes.
 */
const PROVIDER =
  "exports.handler=()=>{let d=process.cwd(),p='pulumi-ibm-en-authorization';try{return require('module')" +
  ".createRequire(d+'/')(p+'/provider')}catch(e){throw Error(`run npm install ${p} in ${d}: `+e)}}";

/** The configuration keys that hold credentials, and the arguments of `pulumi config set` that make them secrets. */
const SECRET_KEYS: Record<string, string> = {
  apiKey: "--secret ibmcloud:apiKey",
  credentials: "--secret --path ibmcloud:credentials.<NAME>.apikey",
};

/**
 * Refuses credentials that the stack's configuration contains in plain text. The engine copies the configuration to the state,
 * where it encrypts only the secrets.
 *
 * @throws pulumi.RunError if a credential is not a secret
 */
function refusePlainCredentials(): void {
  // Pulumi doesn't declare this function in its types. Without it there is no way to check.
  const { isConfigSecret } = pulumi.runtime as { isConfigSecret?: (key: string) => boolean };
  if (isConfigSecret === undefined) return;
  for (const [key, setArguments] of Object.entries(SECRET_KEYS)) {
    const name = `ibmcloud:${key}`;
    if (isConfigSecret(name) || new pulumi.Config("ibmcloud").get(key) === undefined) continue;
    throw new pulumi.RunError(
      `${name} must be a secret: otherwise Pulumi writes it to the stack's state in plain text. Run pulumi config set ${setArguments} [invalid-configuration]`,
    );
  }
  refusePlainParts();
}

/** The runs whose settings file was checked. With the Automation API, one process can have several runs. */
const checkedRuns = new WeakSet();

/**
 * Refuses a plain-text credential beside a secret one. If any part of `ibmcloud:credentials` is a secret, Pulumi reports the
 * whole value as a secret, but stores the other parts in plain text. Only the settings file shows the difference.
 */
function refusePlainParts(): void {
  const run = pulumi.runtime.getMonitor();
  if (run && checkedRuns.has(run)) return;
  if (new pulumi.Config("ibmcloud").get("credentials") !== undefined) {
    const { plainCredentialIn, stackSettings } = createRequire(__filename)(
      "./plain-credentials",
    ) as typeof plainCredentials;
    const settings = stackSettings(pulumi.getStack(), pulumi.getProject(), process.cwd());
    const path = plainCredentialIn(settings ?? "");
    if (path !== undefined) {
      throw new pulumi.RunError(
        `${path} must be a secret: it is in plain text in this stack's settings file, and Pulumi copies it to the stack's state and history. Run pulumi config set --secret --path ${quoted(path)} [invalid-configuration]`,
      );
    }
  }
  if (run) checkedRuns.add(run);
}

/** Returns true if Pulumi may delete the resource before it creates the replacement. */
function deletesFirst(opts: (pulumi.CustomResourceOptions & { replaceWith?: unknown }) | undefined): boolean {
  // A resource in `replaceWith` may itself be deleted first.
  return opts?.deleteBeforeReplace === true || opts?.replaceWith !== undefined;
}

/** Returns the inputs that only `check` sees. */
function hintsForCheck(
  args: EnAuthorizationArgs,
  opts: pulumi.CustomResourceOptions | undefined,
): pulumi.Inputs {
  return {
    ...(deletesFirst(opts) && { [DELETES_FIRST]: true }),
    ...(!pulumi.runtime.isDryRun() && { [WAS_PREVIEWED]: isKnownInPreview(args) }),
  };
}

/** Returns true if no argument comes from another resource. The outputs of a resource may be unknown in a preview. */
async function isKnownInPreview(args: EnAuthorizationArgs): Promise<boolean> {
  // Pulumi doesn't declare this function in its types. Without it, notes appear in the preview and again in the update.
  const output = pulumi.output(args) as { allResources?: () => Promise<Set<unknown>> };
  const resources = await output.allResources?.();
  return resources?.size === 0;
}

/** Quotes a word for the shell, if it needs quotes. */
function quoted(word: string): string {
  return /["[]/.test(word) ? `'${word}'` : word;
}

/**
 * An IAM service-to-service authorization with Event Notifications as its source or target.
 *
 * It is unrelated to the `EnAuthorization` of IBM's Event Notifications SDK, which verifies e-mail domains.
 *
 * @example
 * import * as pulumi from "@pulumi/pulumi";
 * import { EnAuthorization } from "pulumi-ibm-en-authorization";
 *
 * const config = new pulumi.Config();
 *
 * // Lets one Event Notifications instance store undelivered events in one bucket.
 * const failedEvents = new EnAuthorization("failed-events", {
 *   source: { serviceInstance: config.require("eventNotifications") },
 *   target: {
 *     serviceName: "cloud-object-storage",
 *     serviceInstance: config.require("objectStorage"),
 *     resourceType: "bucket",
 *     resource: "failed-events",
 *   },
 *   roles: config.getObject<string[]>("roles") ?? ["Reader", "Object Writer"],
 * });
 *
 * export const policyId = failedEvents.id;
 */
export class EnAuthorization extends pulumi.CustomResource implements Outputs {
  /** The service that has access, as stored in IAM. `accountId` is always set. */
  declare readonly source: pulumi.Output<pulumi.Unwrap<SourceProperties> & { accountId: string }>;
  /** The service that the source may access, as stored in IAM. `accountId` is always set. */
  declare readonly target: pulumi.Output<pulumi.Unwrap<TargetProperties> & { accountId: string }>;
  /**
   * The roles' display names: first those that the program sets, in the same order, then any others, sorted. A role appears
   * as its CRN if IAM gives no name for it.
   */
  declare readonly roles: pulumi.Output<string[]>;
  /** The purpose of the authorization. */
  declare readonly description: pulumi.Output<string | undefined>;
  /** The policy's state in IAM: always `"active"`, because a deleted policy counts as gone. */
  declare readonly state: pulumi.Output<string>;
  /** The policy's URL in IAM's API. */
  declare readonly href: pulumi.Output<string>;
  /** The time of creation: ISO 8601, UTC. */
  declare readonly createdAt: pulumi.Output<string | undefined>;
  /** The IAM id of the creator: `IBMid-…`, `iam-ServiceId-…` or `iam-Profile-…`. */
  declare readonly createdById: pulumi.Output<string | undefined>;
  /** The time of the last change: ISO 8601, UTC. */
  declare readonly lastModifiedAt: pulumi.Output<string | undefined>;
  /** The IAM id of the user or service that made the last change. */
  declare readonly lastModifiedById: pulumi.Output<string | undefined>;

  /**
   * Reads an existing authorization without managing it. The deployment fails if IAM has no such authorization.
   *
   * @param name the resource's name in this stack
   * @param policyId the policy's id in IAM, a UUID
   * @param opts Pulumi's resource options, and `credentials` as for a new authorization
   * @throws pulumi.RunError if the id is empty
   */
  static get(
    name: string,
    policyId: pulumi.Input<pulumi.ID>,
    { credentials, ...opts }: GetAuthorizationOptions = {},
  ): EnAuthorization {
    const required = (known: unknown) => {
      if (known) return known as pulumi.ID;
      throw new pulumi.RunError(
        `Cannot read the authorization "${name}": policyId is empty or undefined. Pass the id that pulumi-ibm-en-authorization list prints [invalid-argument]`,
      );
    };
    const isPending = pulumi.Output.isInstance(policyId) || policyId instanceof Promise;
    const id = isPending ? pulumi.output(policyId).apply(required) : required(policyId);
    // A read needs no other arguments.
    const args = { ...(credentials !== undefined && { credentials }) } as EnAuthorizationArgs;
    return new EnAuthorization(name, args, { ...opts, id });
  }

  // The editor shows the class's comment and example for `new EnAuthorization` only if its one constructor has no comment.
  constructor(name: string, args: EnAuthorizationArgs, opts?: pulumi.CustomResourceOptions) {
    refusePlainCredentials();
    const outputs: Record<keyof Outputs, undefined> = {
      source: undefined,
      target: undefined,
      roles: undefined,
      description: undefined,
      state: undefined,
      href: undefined,
      createdAt: undefined,
      createdById: undefined,
      lastModifiedAt: undefined,
      lastModifiedById: undefined,
    };
    const isMocked = mocksOfTest() !== undefined;
    const hints = isMocked ? {} : hintsForCheck(args, opts);
    super(DYNAMIC_TYPE, name, { ...outputs, ...args, ...hints, __provider: PROVIDER }, opts);
    if (isMocked) Object.assign(this, completeOutputs(this, args));
  }
}
