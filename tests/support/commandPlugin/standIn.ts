// A stand-in for pulumi-resource-command, for tests only: it speaks the protocol between Pulumi's engine and a provider, and knows one
// resource, command:remote:Command, whose create, update and delete it runs over SSH as the plugin's own source does.
import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { isDeepStrictEqual } from "node:util";
import type * as grpc from "@grpc/grpc-js";
import type * as engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type * as engineMessages from "@pulumi/pulumi/proto/engine_pb.js";
import type * as pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import type * as providerService from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type * as providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import type * as empty from "google-protobuf/google/protobuf/empty_pb.js";
import type * as struct from "google-protobuf/google/protobuf/struct_pb.js";
import { type CommandInputs, runRemote } from "./remoteCommand.ts";

// One copy of each: messages of another copy would be refused.
const load = createRequire(require.resolve("@pulumi/pulumi/package.json"));
const { credentials, Server, ServerCredentials } = load("@grpc/grpc-js") as typeof grpc;
const { EngineClient } = load("./proto/engine_grpc_pb.js") as typeof engineService;
const { LogRequest, LogSeverity } = load("./proto/engine_pb.js") as typeof engineMessages;
const { PluginInfo } = load("./proto/plugin_pb.js") as typeof pluginMessages;
const { ResourceProviderService } = load("./proto/provider_grpc_pb.js") as typeof providerService;
const messages = load("./proto/provider_pb.js") as typeof providerMessages;
const { Struct } = load("google-protobuf/google/protobuf/struct_pb.js") as typeof struct;
const { Empty } = load("google-protobuf/google/protobuf/empty_pb.js") as typeof empty;

type Json = Record<string, struct.JavaScriptValue>;
type Call<Request> = { readonly request: Request };
type Handler<Request, Answer> = (call: Call<Request>) => Answer | Promise<Answer>;

const { version } = require("@pulumi/command/package.json") as { version: string };
const engine = new EngineClient(process.argv.at(-1) ?? "", credentials.createInsecure());

function plain(properties: struct.Struct | undefined): Json {
  return (properties?.toJavaScript() ?? {}) as Json;
}

function handled<Request, Answer>(handler: Handler<Request, Answer>) {
  return async (call: Call<Request>, done: grpc.sendUnaryData<Answer>) => {
    try {
      done(null, await handler(call));
    } catch (error) {
      done({ code: 2, details: error instanceof Error ? error.message : String(error) });
    }
  };
}

/** Runs a command, and gives the outputs: all inputs, and what it said, which is shown as it passes by. */
async function outputsOf(urn: string, inputs: Json, command: unknown): Promise<struct.Struct> {
  if (typeof command !== "string") return Struct.fromJavaScript({ ...inputs, stdout: "", stderr: "" });
  const said = await runRemote(inputs as unknown as CommandInputs, command);
  for (const line of `${said.stdout}\n${said.stderr}`.split("\n").filter(Boolean)) {
    const request = new LogRequest();
    request.setSeverity(LogSeverity.INFO);
    request.setUrn(urn);
    request.setMessage(line);
    request.setEphemeral(true);
    engine.log(request, () => {});
  }
  return Struct.fromJavaScript({ ...inputs, ...said });
}

const server = new Server();
server.addService(ResourceProviderService as unknown as grpc.ServiceDefinition, {
  getPluginInfo: handled(() => {
    const info = new PluginInfo();
    info.setVersion(version);
    return info;
  }),
  checkConfig: handled(({ request }: Call<providerMessages.CheckRequest>) => {
    const answer = new messages.CheckResponse();
    answer.setInputs(request.getNews());
    return answer;
  }),
  diffConfig: handled(() => new messages.DiffResponse()),
  // Secrets are not accepted: Pulumi strips and marks them itself, by the names of the inputs.
  configure: handled(() => new messages.ConfigureResponse()),
  check: handled(({ request }: Call<providerMessages.CheckRequest>) => {
    const answer = new messages.CheckResponse();
    answer.setInputs(request.getNews());
    return answer;
  }),
  diff: handled(({ request }: Call<providerMessages.DiffRequest>) => {
    const answer = new messages.DiffResponse();
    const [olds, news] = [plain(request.getOldInputs()), plain(request.getNews())];
    const names = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
    const changed = names.filter((name) => !isDeepStrictEqual(olds[name], news[name]));
    const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
    answer.setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME);
    answer.setDiffsList(changed);
    if (changed.includes("triggers")) answer.setReplacesList(["triggers"]);
    return answer;
  }),
  create: handled(async ({ request }: Call<providerMessages.CreateRequest>) => {
    const inputs = plain(request.getProperties());
    const answer = new messages.CreateResponse();
    answer.setId(randomBytes(8).toString("hex"));
    answer.setProperties(await outputsOf(request.getUrn(), inputs, inputs.create));
    return answer;
  }),
  update: handled(async ({ request }: Call<providerMessages.UpdateRequest>) => {
    const inputs = plain(request.getNews());
    const answer = new messages.UpdateResponse();
    answer.setProperties(await outputsOf(request.getUrn(), inputs, inputs.update ?? inputs.create));
    return answer;
  }),
  delete: handled(async ({ request }: Call<providerMessages.DeleteRequest>) => {
    const state = plain(request.getProperties());
    await outputsOf(request.getUrn(), state, state.delete);
    return new Empty();
  }),
  read: handled(({ request }: Call<providerMessages.ReadRequest>) => {
    const answer = new messages.ReadResponse();
    answer.setId(request.getId());
    answer.setProperties(request.getProperties());
    answer.setInputs(request.getInputs());
    return answer;
  }),
  cancel: handled(() => new Empty()),
});
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(port);
});
