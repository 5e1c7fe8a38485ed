import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import type * as grpc from "@grpc/grpc-js";
import type * as providerService from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type * as provider from "@pulumi/pulumi/proto/provider_pb.js";
import type * as struct from "google-protobuf/google/protobuf/struct_pb.js";
import { Engine, type Logged } from "./engine.ts";

// One copy of each: messages of another copy would be refused.
const load = createRequire(require.resolve("@pulumi/pulumi/package.json"));
const { credentials } = load("@grpc/grpc-js") as typeof grpc;
const { ResourceProviderClient } = load("./proto/provider_grpc_pb.js") as typeof providerService;
const messages = load("./proto/provider_pb.js") as typeof provider;
const { Struct } = load("google-protobuf/google/protobuf/struct_pb.js") as typeof struct;

type Properties = Record<string, unknown>;
type Json = Record<string, struct.JavaScriptValue>;

/** Pulumi's own process for dynamic resources, driven as the engine drives it. */
export class DynamicProvider {
  output = "";
  #process: ChildProcess | undefined;
  #client: providerService.ResourceProviderClient | undefined;
  readonly #engine = new Engine();

  /** Starts the process in the program's directory. */
  async start(cwd: string): Promise<void> {
    const engineAddress = await this.#engine.listen();
    const script = load.resolve("./cmd/dynamic-provider/index.js");
    const child = spawn(process.execPath, [script, engineAddress], {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, PULUMI_NODEJS_PROJECT: "site", PULUMI_NODEJS_STACK: "dev" },
    });
    this.#process = child;
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      this.output += chunk;
    });
    const [port] = (await once(createInterface(child.stdout), "line")) as [string];
    this.#client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
    const request = new messages.ConfigureRequest();
    request.setArgs(Struct.fromJavaScript({}));
    await this.#call((client, done) => client.configure(request, done));
  }

  async check(olds: Properties, news: Properties) {
    const request = new messages.CheckRequest();
    request.setOlds(Struct.fromJavaScript(olds as Json));
    request.setNews(Struct.fromJavaScript(news as Json));
    const answer = await this.#call<provider.CheckResponse>((client, done) => client.check(request, done));
    const inputs: Properties = answer.getInputs()?.toJavaScript() ?? {};
    return { inputs, failures: answer.getFailuresList().map((failure) => failure.toObject()) };
  }

  async diff(id: string, olds: Properties, news: Properties) {
    const request = new messages.DiffRequest();
    request.setId(id);
    request.setOlds(Struct.fromJavaScript(olds as Json));
    request.setNews(Struct.fromJavaScript(news as Json));
    const answer = await this.#call<provider.DiffResponse>((client, done) => client.diff(request, done));
    return {
      changes: answer.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME,
      replaces: answer.getReplacesList(),
    };
  }

  async update(id: string, olds: Properties, news: Properties): Promise<Properties> {
    const request = new messages.UpdateRequest();
    request.setId(id);
    request.setOlds(Struct.fromJavaScript(olds as Json));
    request.setNews(Struct.fromJavaScript(news as Json));
    const answer = await this.#call<provider.UpdateResponse>((client, done) => client.update(request, done));
    return answer.getProperties()?.toJavaScript() ?? {};
  }

  async read(id: string, props: Properties) {
    const request = new messages.ReadRequest();
    request.setId(id);
    request.setProperties(Struct.fromJavaScript(props as Json));
    const answer = await this.#call<provider.ReadResponse>((client, done) => client.read(request, done));
    const state: Properties = answer.getProperties()?.toJavaScript() ?? {};
    const inputs: Properties = answer.getInputs()?.toJavaScript() ?? {};
    return { id: answer.getId(), props: state, inputs };
  }

  /** Waits until the provider told `count` lines: they are sent, not waited for. */
  async told(count: number): Promise<readonly Logged[]> {
    for (let round = 0; this.#engine.logged.length < count && round < 100; round++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    return this.#engine.logged;
  }

  async delete(id: string, props: Properties): Promise<void> {
    const request = new messages.DeleteRequest();
    request.setId(id);
    request.setProperties(Struct.fromJavaScript(props as Json));
    await this.#call((client, done) => client.delete(request, done));
  }

  async stop(): Promise<void> {
    this.#client?.close();
    this.#engine.close();
    const child = this.#process;
    if (child === undefined || child.exitCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  #call<T>(
    ask: (client: providerService.ResourceProviderClient, done: (error: Error | null, answer: T) => void) => unknown,
  ): Promise<T> {
    const client = this.#client;
    if (client === undefined) throw new Error("the provider is not started");
    return new Promise((resolve, reject) => {
      ask(client, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  }
}
