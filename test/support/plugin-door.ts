import type * as grpc from "@grpc/grpc-js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb";
import type * as statuses from "@pulumi/pulumi/proto/status_pb";
import { createRequire } from "node:module";
import type { Timeouts } from "../../src/iam/types";
import { pluginService } from "../../src/plugin/server";
import { fromStruct, provider, toStruct } from "../../src/plugin/wire";
import type { AuthorizationProvider, ProviderOptions } from "../../src/provider/provider";
import type { State } from "../../src/provider/types";
import { QUICK } from "./provider";

const { Status } = createRequire(require.resolve("@pulumi/pulumi"))("./proto/status_pb") as typeof statuses;

const URN = "urn:pulumi:test::engine::ibm-en-authorization:index:EnAuthorization::one";

type Method = (
  call: { request: unknown },
  respond: (error: Partial<grpc.StatusObject> | null, response: unknown) => void,
) => void;

/** Returns the packaged provider with this configuration, as the dynamic resource's interface. */
export function configuredPlugin(
  config: Record<string, string>,
  env: NodeJS.ProcessEnv = {},
  timeouts: Partial<Timeouts> = QUICK,
): AuthorizationProvider {
  return throughPlugin({ env, timeouts }, config);
}

/**
 * Returns the packaged provider as the dynamic resource's interface, so that the same tests go through both doors. Every call is
 * a message of Pulumi's protocol.
 */
export function throughPlugin(
  options: Omit<ProviderOptions, "log" | "cancelled">,
  config: Record<string, string>,
): AuthorizationProvider {
  const { methods } = pluginService({
    ...options,
    version: "0.0.0",
    engine: { log: () => undefined, attach: () => undefined },
  });

  function call<Response>(method: string, request: unknown): Promise<Response> {
    return new Promise((resolve, reject) => {
      (methods[method] as unknown as Method)({ request }, (error, response) => {
        if (error) reject(toError(error));
        else resolve(response as Response);
      });
    });
  }

  const own = Object.entries(config).map(([key, value]) => [key.replace("ibmcloud:", ""), value] as const);
  const ready = call("configure", new provider.ConfigureRequest().setArgs(toStruct(Object.fromEntries(own))));
  const struct = ({ __provider, ...values }: { __provider?: unknown; [key: string]: unknown }) =>
    toStruct(values);

  return {
    configure: async () => {
      await ready;
    },
    check: async (olds, news) => {
      await ready;
      const request = new provider.CheckRequest().setUrn(URN).setOlds(toStruct(olds)).setNews(struct(news));
      const response = await call<messages.CheckResponse>("check", request);
      return {
        inputs: fromStruct(response.getInputs()),
        failures: response
          .getFailuresList()
          .map((each) => ({ property: each.getProperty(), reason: each.getReason() })),
      };
    },
    diff: async (id, olds, news, urn = URN) => {
      const request = new provider.DiffRequest()
        .setUrn(urn)
        .setId(id)
        .setOlds(toStruct(olds))
        .setNews(struct({ ...news }));
      const response = await call<messages.DiffResponse>("diff", request);
      return {
        changes: response.getChanges() === provider.DiffResponse.DiffChanges.DIFF_SOME,
        replaces: response.getReplacesList(),
        deleteBeforeReplace: response.getDeletebeforereplace(),
      };
    },
    create: async (inputs) => {
      const request = new provider.CreateRequest().setUrn(URN).setProperties(struct({ ...inputs }));
      const response = await call<messages.CreateResponse>("create", request);
      return { id: response.getId(), outs: fromStruct(response.getProperties()) as unknown as State };
    },
    read: async (id, props) => {
      await ready;
      const request = new provider.ReadRequest().setUrn(URN).setId(id).setProperties(toStruct(props));
      const response = await call<messages.ReadResponse>("read", request);
      if (response.getId() === "") return {};
      return {
        id: response.getId(),
        props: fromStruct(response.getProperties()),
        inputs: fromStruct(response.getInputs()),
      };
    },
    update: async (id, olds, news) => {
      const request = new provider.UpdateRequest()
        .setUrn(URN)
        .setId(id)
        .setOlds(toStruct(olds))
        .setNews(struct({ ...news }));
      const response = await call<messages.UpdateResponse>("update", request);
      return { outs: fromStruct(response.getProperties()) as unknown as State };
    },
    delete: async (id, props, urn = URN) => {
      await ready;
      await call("delete", new provider.DeleteRequest().setUrn(urn).setId(id).setProperties(toStruct(props)));
    },
  };
}

/** Converts an error of the protocol to the one that Pulumi's host gets from a dynamic provider. */
function toError({ details = "", metadata }: Partial<grpc.StatusObject>): Error {
  const error = new Error(details);
  const [bytes] = metadata?.get("grpc-status-details-bin") ?? [];
  if (!Buffer.isBuffer(bytes)) return error;
  const [detail] = Status.deserializeBinary(bytes).getDetailsList();
  const failed = detail?.unpack(
    (message) => provider.ErrorResourceInitFailed.deserializeBinary(message),
    "pulumirpc.ErrorResourceInitFailed",
  );
  if (!failed) return error;
  const { id, reasonsList: reasons } = failed.toObject();
  return Object.assign(error, { id, reasons, properties: fromStruct(failed.getProperties()) });
}
