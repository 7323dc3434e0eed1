import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import type { AuthorizationSource, AuthorizationTarget, EnAuthorizationArgs } from "./args";
import type * as plainCredentials from "./plain-credentials";

type Credentials = Pick<EnAuthorizationArgs, "credentials">;

/** How {@link EnAuthorization.get} reads: Pulumi's options, and `credentials` as for a resource. */
export interface GetAuthorizationOptions extends pulumi.CustomResourceOptions, Credentials {}

/** How Pulumi keeps resources of this kind in state. It never changes. */
const TYPE = "pulumi-nodejs:dynamic/ibm:EnAuthorization";

/**
 * What Pulumi's host evaluates to get the provider. It is kept in state with every resource, so it only loads the
 * installed package: `refresh` and `destroy` of an old stack run today's code. Where there is none, it says
 * `run npm install pulumi-ibm-en-authorization in` and the folder. It is there twice: each byte counts, and a double quote
 * is two.
 */
const PROVIDER =
  "exports.handler=()=>{let d=process.cwd(),p='pulumi-ibm-en-authorization';try{return require('module')" +
  ".createRequire(d+'/')(p+'/provider')}catch(e){throw Error(`run npm install ${p} in ${d}: `+e)}}";

/** The keys of configuration that hold credentials, and how each is set. */
const SECRET_KEYS: Record<string, string> = {
  apiKey: "--secret ibmcloud:apiKey",
  credentials: "--secret --path ibmcloud:credentials.<NAME>.apikey",
};

/**
 * The engine keeps a stack's configuration in state, with the provider: encrypted where it is a secret, else in the clear.
 *
 * @throws where credentials are not a secret
 */
function refusePlainCredentials(): void {
  // Not declared in Pulumi's types; where it is not there, nothing can be told.
  const { isConfigSecret } = pulumi.runtime as { isConfigSecret?: (key: string) => boolean };
  if (isConfigSecret === undefined) return;
  for (const [key, how] of Object.entries(SECRET_KEYS)) {
    const name = `ibmcloud:${key}`;
    if (isConfigSecret(name) || new pulumi.Config("ibmcloud").get(key) === undefined) continue;
    throw new pulumi.RunError(
      `${name} is not a secret of this stack, and would stand in its state in the clear: set it with pulumi config set ${how} [invalid-configuration]`,
    );
  }
  refusePlainParts();
}

/** The runs whose settings file was read: with the Automation API there may be several in a process. */
const checkedRuns = new WeakSet();

/** If one part of `ibmcloud:credentials` is a secret, Pulumi reports all of it as one, and keeps the others in the clear. */
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
        `${path} is in the clear in this stack's settings, and would stand in its state and history too: set it with pulumi config set --secret --path ${quoted(path)} [invalid-configuration]`,
      );
    }
  }
  if (run) checkedRuns.add(run);
}

/** A word of a command line. */
function quoted(word: string): string {
  return /["[]/.test(word) ? `'${word}'` : word;
}

/**
 * An IAM service-to-service authorization from or to Event Notifications.
 *
 * Not to be confused with the `EnAuthorization` of IBM's Event Notifications SDK, which verifies e-mail domains.
 *
 * @example
 * import * as pulumi from "@pulumi/pulumi";
 * import { EnAuthorization } from "pulumi-ibm-en-authorization";
 *
 * const config = new pulumi.Config();
 *
 * // One Event Notifications instance may keep the events that it could not deliver in one bucket.
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
export class EnAuthorization extends pulumi.CustomResource {
  /** Who is authorized, as IAM holds it: always with its account. */
  declare readonly source: pulumi.Output<pulumi.Unwrap<AuthorizationSource> & { accountId: string }>;
  /** What the source may reach, as IAM holds it: always with its account. */
  declare readonly target: pulumi.Output<pulumi.Unwrap<AuthorizationTarget> & { accountId: string }>;
  /** The roles' display names, sorted; a CRN where IAM offers no name for it. */
  declare readonly roles: pulumi.Output<string[]>;
  /** Why it exists. */
  declare readonly description: pulumi.Output<string | undefined>;
  /** `"active"`: one that IAM keeps only as deleted counts as gone. */
  declare readonly state: pulumi.Output<string>;
  /** The policy's URL in IAM's API. */
  declare readonly href: pulumi.Output<string>;
  /** When it was made: ISO 8601, UTC. */
  declare readonly createdAt: pulumi.Output<string | undefined>;
  /** The IAM id of who made it: `IBMid-…`, `iam-ServiceId-…` or `iam-Profile-…`. */
  declare readonly createdById: pulumi.Output<string | undefined>;
  /** When it was last changed: ISO 8601, UTC. */
  declare readonly lastModifiedAt: pulumi.Output<string | undefined>;
  /** The IAM id of who changed it last. */
  declare readonly lastModifiedById: pulumi.Output<string | undefined>;

  /**
   * Reads an authorization that this program does not manage.
   *
   * @param name the resource's name in this stack
   * @param policyId the policy's id in IAM: a UUID
   * @param opts Pulumi's options, and which credentials to read with
   * @throws when the id is empty; fails the deployment when IAM holds no such authorization
   */
  static get(
    name: string,
    policyId: pulumi.Input<pulumi.ID>,
    { credentials, ...opts }: GetAuthorizationOptions = {},
  ): EnAuthorization {
    const given = (known: unknown) => {
      if (known) return known as pulumi.ID;
      throw new pulumi.RunError(`EnAuthorization.get("${name}") needs a policy's id, and got none`);
    };
    const isPending = pulumi.Output.isInstance(policyId) || policyId instanceof Promise;
    const id = isPending ? pulumi.output(policyId).apply(given) : given(policyId);
    return new EnAuthorization(name, credentials === undefined ? undefined : { credentials }, {
      ...opts,
      id,
    });
  }

  /**
   * Declares an authorization.
   *
   * @param name the resource's name in this stack
   * @param args its scope, roles and description
   */
  constructor(name: string, args: EnAuthorizationArgs, opts?: pulumi.CustomResourceOptions);
  /** @internal what `get` calls */
  constructor(name: string, args: Credentials | undefined, opts: pulumi.CustomResourceOptions);
  constructor(
    name: string,
    args: EnAuthorizationArgs | Credentials | undefined,
    opts?: pulumi.CustomResourceOptions,
  ) {
    refusePlainCredentials();
    const outputs = {
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
    super(TYPE, name, { ...outputs, ...args, __provider: PROVIDER }, opts);
  }
}
