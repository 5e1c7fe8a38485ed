import { createRequire } from "node:module";
import type * as grpc from "@grpc/grpc-js";
import type * as engineClient from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type * as engineMessages from "@pulumi/pulumi/proto/engine_pb.js";
import { printable } from "./excerpt.ts";

/** Tells a person what goes on with one resource. */
export interface Reporter {
  /** What is done at the moment: a line that the next one overwrites. */
  status(text: string): void;
  info(text: string): void;
  warn(text: string): void;
}

const PAUSE_MS = 100;
const DEADLINE_MS = 2000;

/** Reports on the resource with this URN in the live tree of `pulumi up`; without an engine nothing is said. */
export function reporterFor(urn: unknown, redact: (text: string) => string): Reporter {
  const send = (severity: "INFO" | "WARNING", text: string, ephemeral: boolean) =>
    log({ severity, text: printable(redact(text)), urn: typeof urn === "string" ? urn : "", ephemeral });
  const status = paced((text) => send("INFO", text, true));
  return {
    status,
    info: (text) => send("INFO", text, false),
    warn: (text) => send("WARNING", text, false),
  };
}

/** Hands on at most one text in a pause; what came in between is overtaken by the last one, and no text comes twice in a row. */
export function paced(send: (text: string) => void, pause = PAUSE_MS): (text: string) => void {
  let timer: NodeJS.Timeout | undefined;
  let waiting: string | undefined;
  let last: string | undefined;
  const next = () => {
    timer = undefined;
    if (waiting === undefined || waiting === last) return;
    send(waiting);
    last = waiting;
    timer = setTimeout(next, pause).unref();
  };
  return (text) => {
    waiting = text;
    if (timer === undefined) next();
  };
}

/** A host's seconds of a wait: each of the first ten, then every tenth, since the log of a pipeline keeps each line; what is no number stays. */
export function toldSeconds(word: string): string {
  if (!/^\d{1,9}$/.test(word)) return word;
  const seconds = Number(word);
  return String(seconds < 10 ? seconds : seconds - (seconds % 10));
}

interface Message {
  readonly severity: "INFO" | "WARNING";
  readonly text: string;
  readonly urn: string;
  readonly ephemeral: boolean;
}

interface Engine {
  readonly client: engineClient.EngineClient;
  readonly messages: typeof engineMessages;
  readonly none: grpc.Metadata;
}

let engine: Engine | undefined;

// Progress is a courtesy: no failure of it may reach the work it tells of.
function log({ severity, text, urn, ephemeral }: Message): void {
  try {
    engine ??= connect();
    if (engine === undefined) return;
    const { client, messages, none } = engine;
    const request = new messages.LogRequest();
    request.setSeverity(messages.LogSeverity[severity]);
    request.setMessage(text);
    request.setUrn(urn);
    request.setStreamid(0);
    request.setEphemeral(ephemeral);
    client.log(request, none, { deadline: Date.now() + DEADLINE_MS }, () => {});
  } catch {
    // as said above
  }
}

function connect(): Engine | undefined {
  // The engine starts the process of dynamic resources with its own address as the last argument (pkg: plugin.go buildPluginArguments).
  const address = process.argv.at(-1) ?? "";
  if (!/^[^\s/]+:\d+$/.test(address)) return undefined;
  // Credentials of another copy of grpc-js would be refused: it must be the one that Pulumi's own client uses.
  const load = createRequire(require.resolve("@pulumi/pulumi/package.json"));
  const { credentials, Metadata } = load("@grpc/grpc-js") as typeof grpc;
  const { EngineClient } = load("./proto/engine_grpc_pb.js") as typeof engineClient;
  const messages = load("./proto/engine_pb.js") as typeof engineMessages;
  return { client: new EngineClient(address, credentials.createInsecure()), messages, none: new Metadata() };
}
