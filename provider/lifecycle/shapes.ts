import { Dedupe, OnUnreachable } from "../args.ts";
import { StepRunOn, StepWhen } from "../stepArgs.ts";
import { OpcachePolicy, OpcacheVia, ProbeScheme } from "../switchArgs.ts";
import { duration } from "./duration.ts";
import { fallback, list, object, optional, type Parsed, record, required, section } from "./fields.ts";
import * as kind from "./kinds.ts";

const login = {
  host: kind.hostName,
  port: fallback(kind.port, 22),
  user: fallback(kind.line, "root"),
  password: optional(kind.secretText),
  privateKey: optional(kind.secretText),
  privateKeyPassword: optional(kind.secretText),
  privateKeyPath: optional(kind.line),
  agentSocketPath: optional(kind.line),
  hostKey: optional(kind.hostKey),
  dialErrorLimit: fallback(kind.integer("a whole number, -1 or more", -1, 1000), 10),
  perDialTimeout: fallback(kind.secondsOrNone, 15),
};

/** What every resource is told. */
const place = {
  connection: optional(object({ ...login, proxy: optional(object(login)) })),
  local: fallback(kind.flag, false),
  deployPath: kind.absolutePath,
  version: kind.version,
  timeout: optional(object({ create: optional(duration), update: optional(duration), delete: optional(duration) })),
  __urn: fallback(kind.line, ""),
};

/** What Release and Switch are told. */
const common = {
  ...place,
  publicDir: fallback(kind.publicDir, "public"),
  includePath: optional(kind.absolutePath),
  onUnreachable: fallback(kind.choice(OnUnreachable), OnUnreachable.Fail),
  __owner: optional(object({ id: kind.line, stack: kind.line, resource: kind.line })),
};

export const releaseShape = {
  ...common,
  source: optional(kind.line),
  exclude: fallback(list(kind.excludePattern), []),
  sharedDirs: fallback(list(kind.sharedPath), []),
  sharedFiles: fallback(list(kind.sharedPath), []),
  writableDirs: fallback(list(kind.sharedPath), []),
  writableMode: fallback(
    kind.mode('"acl", or an octal mode in quotes that its owner may enter, as in "0775"', /^(acl|[02]?7[0-7]{2})$/),
    "acl",
  ),
  writableUser: optional(kind.userName),
  dirMode: fallback(
    kind.mode('an octal mode in quotes that its owner may enter, as in "0755"', /^0?7[0-7]{2}$/),
    "0755",
  ),
  fileMode: fallback(
    kind.mode('an octal mode in quotes that its owner may read, as in "0644"', /^0?[4-7][0-7]{2}$/),
    "0644",
  ),
  deleteReleases: fallback(kind.flag, false),
  keepReleases: fallback(kind.integer("a whole number, -1 or more", -1, 1_000_000), 5),
  dedupe: fallback(kind.choice(Dedupe), Dedupe.Hardlink),
  prepare: fallback(list(kind.command), []),
  prepareTimeout: fallback(kind.seconds, 600),
};

export const switchShape = {
  ...common,
  serverName: optional(kind.serverName),
  pools: fallback(list(kind.pool), []),
  opcache: section({
    policy: fallback(kind.choice(OpcachePolicy), OpcachePolicy.Invalidate),
    via: optional(kind.choice(OpcacheVia)),
    url: optional(kind.localUrl),
  }),
  smoke: section({
    path: fallback(kind.requestPath, "/"),
    method: fallback(kind.method, "GET"),
    headers: fallback(record(kind.headerName, kind.line), {}),
    expectStatus: fallback(list(kind.status), []),
    expectBody: optional(kind.pattern),
  }),
  probe: section({
    path: fallback(kind.requestPath, "/"),
    scheme: fallback(kind.choice(ProbeScheme), ProbeScheme.Http),
    address: fallback(kind.hostName, "127.0.0.1"),
    port: optional(kind.port),
    host: optional(kind.serverName),
    method: fallback(kind.method, "GET"),
    expectStatus: fallback(list(kind.status), []),
    expectBody: optional(kind.pattern),
    count: fallback(kind.integer("a whole number, 1 to 100", 1, 100), 1),
    interval: fallback(kind.secondsOrNone, 0.5),
    timeout: fallback(kind.seconds, 30),
  }),
  nginx: section({
    test: optional(kind.line),
    reload: optional(kind.line),
    pidFile: fallback(kind.absolutePath, "/run/nginx.pid"),
    confDir: fallback(kind.absolutePath, "/etc/nginx"),
  }),
  strategy: fallback(kind.choice<"include">({ Include: "include" }), "include"),
  lockTimeout: fallback(kind.seconds, 300),
  commitTimeout: optional(kind.seconds),
  reloadTimeout: fallback(kind.seconds, 10),
  drainTimeout: fallback(kind.secondsOrNone, 10),
  allowPendingEdits: fallback(kind.flag, false),
  takeOver: fallback(kind.flag, false),
  afterSteps: fallback(list(kind.stepName), []),
};

export const stepShape = {
  ...place,
  step: required({
    name: kind.stepName,
    command: kind.command,
    when: kind.choice(StepWhen),
    runOn: fallback(kind.choice(StepRunOn), StepRunOn.Deploy),
    timeout: fallback(kind.seconds, 600),
  }),
};

export type PlaceInputs = Parsed<typeof place>;
export type CommonInputs = Parsed<typeof common>;
export type ReleaseInputs = Parsed<typeof releaseShape>;
export type SwitchInputs = Parsed<typeof switchShape>;
export type StepInputs = Parsed<typeof stepShape>;
