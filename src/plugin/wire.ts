import { createRequire } from "node:module";
import type * as grpc from "@grpc/grpc-js";
import type * as structs from "google-protobuf/google/protobuf/struct_pb";
import type * as anys from "google-protobuf/google/protobuf/any_pb";
import type * as empties from "google-protobuf/google/protobuf/empty_pb";
import type * as engineServices from "@pulumi/pulumi/proto/engine_grpc_pb";
import type * as engineMessages from "@pulumi/pulumi/proto/engine_pb";
import type * as messages from "@pulumi/pulumi/proto/provider_pb";
import type * as plugins from "@pulumi/pulumi/proto/plugin_pb";
import type * as services from "@pulumi/pulumi/proto/provider_grpc_pb";
import type * as statuses from "@pulumi/pulumi/proto/status_pb";

/**
 * Loads Pulumi's protocol, and the copies of gRPC and protobuf that Pulumi itself uses. Messages of another copy are
 * incompatible.
 */
const load = createRequire(require.resolve("@pulumi/pulumi"));

const grpcOfPulumi = load("@grpc/grpc-js") as typeof grpc;
export const { Server, ServerCredentials, credentials, status } = grpcOfPulumi;
export const provider = load("./proto/provider_pb") as typeof messages;
/** The engine's own service, which prints messages. */
export const engine = {
  ...(load("./proto/engine_pb") as typeof engineMessages),
  ...(load("./proto/engine_grpc_pb") as typeof engineServices),
};
export const { PluginInfo } = load("./proto/plugin_pb") as typeof plugins;
export const { ResourceProviderService } = load("./proto/provider_grpc_pb") as typeof services;
const { Status } = load("./proto/status_pb") as typeof statuses;
const { Struct } = load("google-protobuf/google/protobuf/struct_pb") as typeof structs;
const { Any } = load("google-protobuf/google/protobuf/any_pb") as typeof anys;
export const { Empty } = load("google-protobuf/google/protobuf/empty_pb") as typeof empties;

/** The values of a resource or of the configuration, by property. */
export type Values = Record<string, unknown>;

/** Reads a message's values. A missing struct has none. */
export function fromStruct(struct: structs.Struct | undefined): Values {
  return struct?.toJavaScript() ?? {};
}

/** Writes values. Undefined ones, which the protocol doesn't have, are left out. */
export function toStruct(values: object): structs.Struct {
  type Json = Parameters<typeof Struct.fromJavaScript>[0];
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(values)) as Json);
}

/** The signatures of Pulumi's wire format. Source: `sdk/nodejs/runtime/rpc.ts` of Pulumi. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Marks a value as secret. */
export function asSecret(value: unknown): unknown {
  return isSecret(value) ? value : { [SIGNATURE]: SECRET, value };
}

/** Returns the value of a secret, and any other value as it is. */
export function withoutSecret(value: unknown): unknown {
  return isSecret(value) ? value.value : value;
}

function isSecret(value: unknown): value is { value: unknown } {
  return typeof value === "object" && value !== null && (value as Values)[SIGNATURE] === SECRET;
}

/** The properties of an error by which the engine recognizes a resource that exists, but is incomplete. */
interface Incomplete {
  id: string;
  properties: object;
  reasons: string[];
}

/** Converts an error to a response: one sentence, and the state of an incomplete resource. */
export function toServiceError(error: unknown): Partial<grpc.StatusObject> & { message: string } {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new grpcOfPulumi.Metadata();
  if (isIncomplete(error)) {
    const failed = new provider.ErrorResourceInitFailed();
    failed.setId(error.id);
    failed.setProperties(toStruct(error.properties));
    failed.setReasonsList(error.reasons);
    const detail = new Any();
    detail.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const response = new Status();
    response.setCode(status.UNKNOWN);
    response.setMessage(message);
    response.addDetails(detail);
    metadata.add("grpc-status-details-bin", Buffer.from(response.serializeBinary()));
  }
  return { code: status.UNKNOWN, message, details: message, metadata };
}

function isIncomplete(error: unknown): error is Incomplete {
  return typeof error === "object" && error !== null && "id" in error && "properties" in error;
}
