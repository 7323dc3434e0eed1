import type { Authenticator } from "ibm-cloud-sdk-core";
import type { Answer, Client } from "./client";
import type { Deadline } from "./deadline";
import { OtherServiceError } from "./errors";
import { isPrivate, normalizedEndpoint } from "./endpoints";
import type { Settings } from "./settings";
import { guard, type Http } from "./transport";
import { USER_AGENT } from "./user-agent";
import { waysOf, type OtherService } from "./ways";

/** Both services are reached there. */
const PUBLIC_ENDPOINT = "https://resource-controller.cloud.ibm.com";
const PRIVATE_ENDPOINT = "https://private.resource-controller.cloud.ibm.com";

/** What IBM's clients are made with. */
interface ClientOptions {
  authenticator: Authenticator;
  serviceUrl: string;
  headers: Record<string, string>;
}

/** Resource Controller or Resource Manager, with the credentials of a client of IAM. */
export interface ResourceService<Sdk> {
  /** How errors call it. */
  by: OtherService;
  /** Makes a call until it is answered; what it throws is an `IamError` that names the service. */
  call: <Result>(
    make: (sdk: Sdk) => Promise<Answer>,
    read: (answer: Answer) => Result,
    deadline: Deadline,
  ) => Promise<Result>;
}

/** Where a service is found, and what makes its client. */
interface Place<Sdk> {
  name: string;
  /** The stack's configuration, then the environment. */
  settings: readonly [config: string, env: string];
  open: (options: ClientOptions) => Sdk;
}

export function resourceService<Sdk extends { getHttpClient: () => Http }>(
  client: Client,
  places: Settings,
  { name, settings, open }: Place<Sdk>,
): ResourceService<Sdk> {
  const written = places.config(settings[0]) || places.env[settings[1]];
  const usual = isPrivate(places) ? PRIVATE_ENDPOINT : PUBLIC_ENDPOINT;
  const serviceUrl = written ? normalizedEndpoint(written, settings.join(", ")) : usual;
  const by = { name, ways: waysOf(name, settings.join(", ")) };
  let sdk: Sdk | undefined;

  function opened(authenticator: Authenticator): Sdk {
    // One token for all.
    const made = open({ authenticator, serviceUrl, headers: { "User-Agent": USER_AGENT } });
    guard(made.getHttpClient(), client.pace.requestTimeout);
    return made;
  }

  return {
    by,
    call: (make, read, deadline) =>
      client.call(
        async (iam) => {
          try {
            return await make((sdk ??= opened(iam.getAuthenticator() as Authenticator)));
          } catch (cause) {
            throw new OtherServiceError(by, cause);
          }
        },
        read,
        deadline,
      ),
  };
}
