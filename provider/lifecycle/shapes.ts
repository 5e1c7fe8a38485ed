import { Dedupe, OnUnreachable } from "../args.ts";
import { StepRunOn, StepWhen } from "../stepArgs.ts";
import { OpcachePolicy, OpcacheVia, OpcacheWhenFull, ProbeScheme, Strategy } from "../switchArgs.ts";
import { archive } from "./archive.ts";
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

export const connection = object({ ...login, proxy: optional(object(login)) });

/** What every resource is told. */
const place = {
  connection: optional(connection),
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
  archive: optional(archive),
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

const step = {
  name: kind.stepName,
  command: kind.command,
  when: kind.choice(StepWhen),
  runOn: fallback(kind.choice(StepRunOn), StepRunOn.Deploy),
  timeout: fallback(kind.seconds, 600),
  onRestore: optional(kind.command),
};

export const switchShape = {
  ...common,
  serverName: optional(kind.serverName),
  pools: fallback(list(kind.pool), []),
  opcache: section({
    policy: fallback(kind.choice(OpcachePolicy), OpcachePolicy.Auto),
    via: optional(kind.choice(OpcacheVia)),
    url: optional(kind.localUrl),
    headers: fallback(record(kind.headerName, kind.line), {}),
    cachetool: optional(kind.line),
    warm: fallback(list(kind.glob), []),
    warmUrls: fallback(list(kind.requestPath), []),
    warmTimeout: fallback(kind.seconds, 60),
    whenFull: fallback(kind.choice(OpcacheWhenFull), OpcacheWhenFull.Reset),
  }),
  smoke: section({
    path: fallback(kind.requestPath, "/"),
    method: fallback(kind.method, "GET"),
    headers: fallback(record(kind.headerName, kind.line), {}),
    expectStatus: fallback(list(kind.status), []),
    expectBody: optional(kind.pattern),
  }),
  probe: section({
    url: optional(kind.probeUrl),
    path: optional(kind.requestPath),
    scheme: optional(kind.choice(ProbeScheme)),
    address: optional(kind.hostName),
    port: optional(kind.port),
    host: optional(kind.serverName),
    ca: optional(kind.certificates),
    method: fallback(kind.method, "GET"),
    headers: optional(record(kind.headerName, kind.headerValue)),
    expectStatus: fallback(list(kind.status), []),
    expectHeaders: optional(record(kind.headerName, kind.pattern)),
    expectBody: optional(kind.pattern),
    count: fallback(kind.integer("a whole number, 1 to 100", 1, 100), 1),
    interval: fallback(kind.secondsOrNone, 0.5),
    timeout: fallback(kind.seconds, 30),
  }),
  nginx: section({
    test: optional(kind.line),
    reload: optional(kind.line),
    timeout: fallback(kind.seconds, 60),
    pidFile: fallback(kind.absolutePath, "/run/nginx.pid"),
    confDir: fallback(kind.absolutePath, "/etc/nginx"),
  }),
  strategy: fallback(kind.choice(Strategy), Strategy.Include),
  lockTimeout: fallback(kind.seconds, 300),
  commitTimeout: optional(kind.seconds),
  reloadTimeout: fallback(kind.seconds, 10),
  drainTimeout: fallback(kind.secondsOrNone, 10),
  allowPendingEdits: fallback(kind.flag, false),
  takeOver: fallback(kind.flag, false),
  afterSteps: fallback(list(kind.stepName), []),
  beforeSteps: fallback(list(object(step)), []),
};

export const stepShape = {
  ...place,
  step: required(step),
};

export type PlaceInputs = Parsed<typeof place>;
export type CommonInputs = Parsed<typeof common>;
export type ReleaseInputs = Parsed<typeof releaseShape>;
export type SwitchInputs = Parsed<typeof switchShape>;
export type StepInputs = Parsed<typeof stepShape>;
