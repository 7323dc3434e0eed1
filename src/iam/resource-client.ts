import type { Authenticator } from "ibm-cloud-sdk-core";
import type { Client } from "./client";
import { configuredEndpoint, endpointSettings, isPrivate, type Endpoint } from "./config";
import type { Deadline } from "./deadline";
import { OtherServiceError } from "./errors";
import { otherService } from "./hints";
import { USER_AGENT } from "./sdk";
import { guardHttp, type Http } from "./transport";
import type { SdkResponse, Service, Settings } from "./types";

/** The options of IBM's clients. */
interface SdkOptions {
  authenticator: Authenticator;
  serviceUrl: string;
  headers: Record<string, string>;
}

/** A client of one of IBM's services, other than IAM. */
export interface ResourceClient<Sdk> {
  service: Service;
  /** Makes a call with retries. Throws an `IamError` that names the service. */
  call: <Result>(
    send: (sdk: Sdk) => Promise<SdkResponse>,
    parse: (response: SdkResponse) => Result,
    deadline: Deadline,
  ) => Promise<Result>;
}

interface ResourceService<Sdk> {
  name: string;
  endpoint: Endpoint;
  create: (options: SdkOptions) => Sdk;
}

/** Creates a client that shares the credentials and the token of an IAM client. */
export function createResourceClient<Sdk extends { getHttpClient: () => Http }>(
  client: Client,
  settings: Settings,
  { name, endpoint, create }: ResourceService<Sdk>,
): ResourceClient<Sdk> {
  const usual = isPrivate(settings) ? endpoint.private : endpoint.public;
  const serviceUrl = configuredEndpoint(settings, endpoint) ?? usual;
  const service = otherService(name, endpointSettings(endpoint));
  let sdk: Sdk | undefined;

  function connect(authenticator: Authenticator): Sdk {
    const created = create({ authenticator, serviceUrl, headers: { "User-Agent": USER_AGENT } });
    guardHttp(created.getHttpClient(), client.http);
    return created;
  }

  return {
    service,
    call: (send, parse, deadline) =>
      client.call(
        async (iam) => {
          try {
            return await send((sdk ??= connect(iam.getAuthenticator() as Authenticator)));
          } catch (cause) {
            throw new OtherServiceError(service, cause);
          }
        },
        parse,
        deadline,
        service,
      ),
  };
}
