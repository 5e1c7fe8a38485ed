import { createRequire } from "node:module";
import type * as grpc from "@grpc/grpc-js";
import type * as engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type * as engine from "@pulumi/pulumi/proto/engine_pb.js";
import type * as empty from "google-protobuf/google/protobuf/empty_pb.js";

// One copy of each: messages of another copy would be refused.
const load = createRequire(require.resolve("@pulumi/pulumi/package.json"));
const { Server, ServerCredentials } = load("@grpc/grpc-js") as typeof grpc;
const { EngineService } = load("./proto/engine_grpc_pb.js") as typeof engineService;
const { LogSeverity } = load("./proto/engine_pb.js") as typeof engine;
const { Empty } = load("google-protobuf/google/protobuf/empty_pb.js") as typeof empty;

/** One line that the provider told the engine. */
export interface Logged {
  readonly severity: string;
  readonly message: string;
  readonly urn: string;
  readonly ephemeral: boolean;
}

/** Pulumi's engine as far as a provider speaks to it: it hears what it is told. */
export class Engine {
  readonly logged: Logged[] = [];
  readonly #server = new Server();

  /** Comes back with its address. */
  listen(): Promise<string> {
    this.#server.addService(EngineService as unknown as grpc.ServiceDefinition, {
      log: (call: { request: engine.LogRequest }, answer: grpc.sendUnaryData<empty.Empty>) => {
        const { severity, message, urn, ephemeral } = call.request.toObject();
        const word = Object.entries(LogSeverity).find(([, value]) => value === severity)?.[0] ?? "";
        this.logged.push({ severity: word, message, urn, ephemeral });
        answer(null, new Empty());
      },
    });
    return new Promise((resolve, reject) => {
      this.#server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(`127.0.0.1:${port}`),
      );
    });
  }

  close(): void {
    this.#server.forceShutdown();
  }
}
