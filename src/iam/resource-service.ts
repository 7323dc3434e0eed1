import type { Authenticator } from "ibm-cloud-sdk-core";
import type { Answer, Client } from "./client";
import { OtherServiceError } from "./errors";
import { isPrivate } from "./endpoints";
import { REDIRECTS } from "./redirects";
import type { Settings } from "./settings";
import { isTls } from "./told";
import { USER_AGENT } from "./user-agent";
import { isStrangers, type OtherService, type Ways } from "./ways";

/** Both services are reached there. */
const PUBLIC_ENDPOINT = "https://resource-controller.cloud.ibm.com";
const PRIVATE_ENDPOINT = "https://private.resource-controller.cloud.ibm.com";

/** What IBM's clients are made with. */
interface ClientOptions {
  authenticator: Authenticator;
  serviceUrl: string;
  headers: Record<string, string>;
  /** In milliseconds. */
  timeout: number;
}

/** Resource Controller or Resource Manager, with the credentials of a client of IAM. */
export interface ResourceService<Sdk> {
  /** How errors call it. */
  by: OtherService;
  /** Makes a call until it is answered; what it throws is an `IamError` that names the service. */
  call: (make: (sdk: Sdk) => Promise<Answer>) => Promise<Answer>;
}

/** Where a service is found, and what makes its client. */
interface Place<Sdk> {
  name: string;
  /** The stack's configuration, then the environment. */
  settings: readonly [config: string, env: string];
  open: (options: ClientOptions) => Sdk;
}

export function resourceService<Sdk>(
  client: Client,
  places: Settings,
  { name, settings, open }: Place<Sdk>,
): ResourceService<Sdk> {
  const written = places.config(settings[0]) || places.env[settings[1]];
  const serviceUrl = written || (isPrivate(places) ? PRIVATE_ENDPOINT : PUBLIC_ENDPOINT);
  const by = { name, ways: waysOf(settings.join(", ")) };
  let sdk: Sdk | undefined;

  return {
    by,
    call: (make) =>
      client.call(async (iam) => {
        try {
          sdk ??= open({
            // One token for all.
            authenticator: iam.getAuthenticator() as Authenticator,
            serviceUrl,
            headers: { "User-Agent": USER_AGENT },
            timeout: client.pace.requestTimeout,
            ...REDIRECTS,
          });
          return await make(sdk);
        } catch (cause) {
          throw new OtherServiceError(by, cause);
        }
      }),
  };
}

/** @param places where the endpoint is set */
function waysOf(places: string): Ways {
  return [
    [isStrangers, `Something else answered in its place: check proxies and the endpoint (${places})`],
    [({ said }) => said.includes("Invalid URL"), `The endpoint (${places}) must begin with https://`],
    [
      ({ status }) => status === 401,
      "The token is expired or of another IAM than this endpoint's: renew the credentials and run again",
    ],
    [({ status }) => status === 403, "The credentials need the platform role Viewer on what is looked up"],
    [({ status }) => status === 429, "It asks for fewer calls: run again later"],
    [
      ({ status }) => status !== undefined && status >= 500,
      "It has a problem of its own: run again, and see the status page of IBM Cloud when it stays",
    ],
    [
      ({ code }) => isTls(code),
      "The endpoint's certificate is not trusted: check the endpoint, and add a company's own authority with NODE_EXTRA_CA_CERTS",
    ],
    [
      ({ status }) => status === undefined,
      `No answer came: check the network, proxies and the endpoint (${places})`,
    ],
  ];
}
