import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type * as grpc from "@grpc/grpc-js";
import type * as plugins from "@pulumi/pulumi/proto/plugin_pb";
import type * as messages from "@pulumi/pulumi/proto/provider_pb";
import type { ProviderOptions } from "../provider/provider";
import { authorizationProvider } from "../provider/provider";
import { parseState } from "../provider/state";
import type { Inputs, State } from "../provider/types";
import { mistakesIn, renamed, settingsOf, withSecrets } from "./config";
import { detailedDiff, type PropertyChange } from "./detailed-diff";
import type { Engine } from "./engine";
import { callFunction } from "./functions";
import { createdOutputs, STABLE, updatedOutputs } from "./previewed";
import {
  Empty,
  fromStruct,
  PluginInfo,
  provider,
  status,
  toServiceError,
  toStruct,
  withoutSecret,
  type Values,
} from "./wire";

/** The schema that `scripts/schema/schema.ts` writes. */
const SCHEMA = join(__dirname, "..", "..", "schema.json");

/** The options of the plugin's service. */
export interface PluginOptions extends Omit<ProviderOptions, "log" | "cancelled"> {
  version: string;
  engine: Pick<Engine, "log" | "attach">;
}

/** A call with one request and one response. */
type Unary<Request, Response> = (
  call: { request: Request },
  respond: (error: Partial<grpc.StatusObject> | null, response?: Response) => void,
) => void;

function unary<Request, Response>(
  work: (request: Request) => Promise<Response> | Response,
): Unary<Request, Response> {
  return ({ request }, respond) => {
    const started = (async () => work(request))();
    started.then(
      (response) => {
        respond(null, response);
      },
      (error: unknown) => {
        const { message, ...rest } = toServiceError(error);
        respond(Object.assign(rest, { message: renamed(message), details: renamed(message) }));
      },
    );
  };
}

const unimplemented: Unary<unknown, never> = (_, respond) => {
  respond({ code: status.UNIMPLEMENTED, details: "not implemented" });
};

/** The plugin's part of Pulumi's provider protocol. */
interface PluginService {
  methods: grpc.UntypedServiceImplementation;
  /** Ends all waits. Nothing more is sent to IAM. */
  cancel: () => void;
}

/** Returns the methods of Pulumi's provider protocol, which call the same provider as the dynamic resource. */
export function pluginService({ version, engine, ...options }: PluginOptions): PluginService {
  const print = (message: string, urn = "") => {
    engine.log(renamed(message), urn);
  };
  const begin = () => {
    const cancelled = new AbortController();
    const core = authorizationProvider({ ...options, log: print, cancelled: cancelled.signal });
    return { core, cancelled };
  };
  let run = begin();
  /**
   * The notes on new resources, by URN. A check can't tell a preview from an update, but the create that follows can. The notes
   * are held back until then, so that each one appears once in a `pulumi up`.
   */
  const held = new Map<string, string[]>();
  let settings = settingsOf({});
  const cancel = () => {
    run.cancelled.abort();
  };

  const methods: grpc.UntypedServiceImplementation = {
    getSchema: unary(() => new provider.GetSchemaResponse().setSchema(readFileSync(SCHEMA, "utf8"))),
    getPluginInfo: unary(() => new PluginInfo().setVersion(version)),
    checkConfig: unary((request: messages.CheckRequest) => {
      const config = fromStruct(request.getNews());
      const own = { ...options, ...settingsOf(config) };
      return new provider.CheckResponse()
        .setInputs(toStruct(withSecrets(config)))
        .setFailuresList(mistakesIn(own).map(toFailure));
    }),
    // A change to the configuration replaces no resource. Each authorization checks whether its account has changed.
    diffConfig: unary((request: messages.DiffRequest) => {
      const [olds, news] = [request.getOldInputs() ?? request.getOlds(), request.getNews()].map((each) =>
        plain(fromStruct(each)),
      );
      const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;
      return new provider.DiffResponse().setChanges(isDeepStrictEqual(olds, news) ? DIFF_NONE : DIFF_SOME);
    }),
    configure: unary(async (request: messages.ConfigureRequest) => {
      // Engines that attach to a running plugin configure it for each run, and cancel it at the end.
      run = begin();
      held.clear();
      settings = settingsOf(fromStruct(request.getArgs()));
      const { config, configKeys = [] } = settings;
      const rawConfig = Object.fromEntries(configKeys.map((key) => [key, ""]));
      await run.core.configure({ config: { get: config, rawConfig } as never });
      return new provider.ConfigureResponse().setSupportspreview(true);
    }),
    check: unary(async (request: messages.CheckRequest) => {
      const [olds, news] = [fromStruct(request.getOlds()), fromStruct(request.getNews())];
      const urn = request.getUrn();
      const notes: string[] = [];
      const { inputs = {}, failures = [] } = await run.core.check(olds, news, (note) => notes.push(note));
      if (Object.keys(olds).length === 0) held.set(urn, notes);
      else for (const note of notes) print(note, urn);
      return new provider.CheckResponse()
        .setInputs(toStruct(inputs))
        .setFailuresList(failures.map(toFailure));
    }),
    diff: unary(async (request: messages.DiffRequest) => {
      const known = fromStruct(request.getOlds());
      const wanted = inputsOf(request.getNews());
      const { changes, replaces = [] } = await run.core.diff(
        request.getId(),
        known,
        wanted,
        request.getUrn(),
      );
      const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;
      const olds = fromStruct(request.getOldInputs());
      const details = changes
        ? detailedDiff(parseState(known), olds, wanted, replaces)
        : new Map<string, PropertyChange>();
      const response = new provider.DiffResponse()
        .setChanges(changes ? DIFF_SOME : DIFF_NONE)
        .setReplacesList(replaces)
        .setStablesList(replaces.length === 0 ? STABLE : [])
        .setHasdetaileddiff(details.size > 0);
      for (const [path, change] of details) response.getDetaileddiffMap().set(path, toPropertyDiff(change));
      return response;
    }),
    create: unary(async (request: messages.CreateRequest) => {
      const inputs = inputsOf(request.getProperties());
      if (request.getPreview()) {
        for (const note of held.get(request.getUrn()) ?? []) print(note, request.getUrn());
        return new provider.CreateResponse().setProperties(toStruct(createdOutputs(inputs)));
      }
      const { id, outs } = await run.core.create(inputs);
      return new provider.CreateResponse().setId(id).setProperties(toStruct(outs ?? {}));
    }),
    read: unary(async (request: messages.ReadRequest) => {
      const { id, props, inputs } = await run.core.read(request.getId(), fromStruct(request.getProperties()));
      const response = new provider.ReadResponse();
      return id === undefined
        ? response
        : response
            .setId(id)
            .setProperties(toStruct(props ?? {}))
            .setInputs(toStruct(inputs ?? {}));
    }),
    update: unary(async (request: messages.UpdateRequest) => {
      const known = fromStruct(request.getOlds());
      const inputs = inputsOf(request.getNews());
      const outs = request.getPreview()
        ? updatedOutputs(known as unknown as State, inputs)
        : (await run.core.update(request.getId(), known, inputs)).outs;
      return new provider.UpdateResponse().setProperties(toStruct(outs ?? {}));
    }),
    delete: unary(async (request: messages.DeleteRequest) => {
      await run.core.delete(request.getId(), fromStruct(request.getProperties()), request.getUrn());
      return new Empty();
    }),
    invoke: unary(async (request: messages.InvokeRequest) => {
      const result = await callFunction(request.getTok(), fromStruct(request.getArgs()), settings);
      return new provider.InvokeResponse().setReturn(toStruct(result));
    }),
    cancel: unary(() => {
      cancel();
      return new Empty();
    }),
    attach: unary((request: plugins.PluginAttach) => {
      engine.attach(request.getAddress());
      return new Empty();
    }),
    handshake: unimplemented,
    parameterize: unimplemented,
    construct: unimplemented,
    call: unimplemented,
    list: unimplemented,
    getMapping: unimplemented,
    getMappings: unimplemented,
  };
  return { methods, cancel };
}

/** Reads inputs that `check` returned. They have the declared types, because `check` validated them. */
function inputsOf(struct: Parameters<typeof fromStruct>[0]): Inputs {
  return fromStruct(struct) as unknown as Inputs;
}

function plain(config: Values): Values {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, withoutSecret(value)]));
}

function toFailure({ property, reason }: { property: string; reason: string }): messages.CheckFailure {
  return new provider.CheckFailure().setProperty(property).setReason(renamed(reason));
}

function toPropertyDiff({ kind, replaces, isOfInputs }: PropertyChange): messages.PropertyDiff {
  const kinds = provider.PropertyDiff.Kind;
  const [plainKind, replaceKind] = {
    add: [kinds.ADD, kinds.ADD_REPLACE],
    delete: [kinds.DELETE, kinds.DELETE_REPLACE],
    update: [kinds.UPDATE, kinds.UPDATE_REPLACE],
  }[kind] as [messages.PropertyDiff.Kind, messages.PropertyDiff.Kind];
  return new provider.PropertyDiff().setKind(replaces ? replaceKind : plainKind).setInputdiff(isOfInputs);
}
