import { readFileSync } from "node:fs";
import { SiteReleaseError } from "../errors.ts";
import type { ProbePlan } from "../switch/plan.ts";
import { ProbeScheme } from "../switchArgs.ts";
import { isPem } from "../transport/pem.ts";
import type { Fault } from "./fields.ts";
import { localPath } from "./localPath.ts";
import type { SwitchInputs } from "./shapes.ts";
import { derived, isUnknown } from "./unknown.ts";

type ProbeInputs = SwitchInputs["probe"];

/** Where a probe asks: one field, or these. */
const PLACE = ["path", "scheme", "address", "port", "host"] as const;

/** The inputs of a probe with every default. What a URL says stays in it: it may be a secret. */
export function completeProbe(probe: ProbeInputs, serverName: string): ProbeInputs {
  return derived([probe], () => (probe.url === undefined ? ofNginx(probe, serverName) : ofUrl(probe, probe.url)));
}

function ofNginx(probe: ProbeInputs, serverName: string): ProbeInputs {
  const scheme = probe.scheme ?? ProbeScheme.Http;
  const path = probe.path ?? "/";
  return {
    ...probe,
    path,
    scheme,
    address: probe.address ?? "127.0.0.1",
    port: probe.port ?? derived([scheme], () => (scheme === ProbeScheme.Https ? 443 : 80)),
    host: probe.host ?? serverName,
    expectStatus: statuses(probe, path),
  };
}

function ofUrl(probe: ProbeInputs, url: string): ProbeInputs {
  return {
    ...probe,
    expectStatus: statuses(
      probe,
      derived([url], () => pathOf(new URL(url))),
    ),
  };
}

// A page that is there to be probed is well with 200 and nothing else; the front page may ask for a login, or be missing.
function statuses({ expectStatus }: ProbeInputs, path: string): readonly number[] {
  return derived([path, expectStatus], () => (path === "/" || expectStatus.length > 0 ? expectStatus : [200]));
}

// What Node writes itself, or what makes one request into another.
const OWN_HEADERS = ["connection", "content-length", "expect", "transfer-encoding", "upgrade"];

/** What one field of a probe alone cannot tell. */
export function probeFaults(probe: ProbeInputs): Fault[] {
  if (isUnknown(probe)) return [];
  const faults: Fault[] = [];
  const given = PLACE.filter((name) => probe[name] !== undefined).map((name) => `probe.${name}`);
  if (probe.url !== undefined && given.length > 0)
    faults.push({
      at: ".probe",
      reason: `probe.url says all that ${given.join(", ")} would: leave out one or the other`,
    });
  for (const name of isUnknown(probe.headers) ? [] : Object.keys(probe.headers ?? {})) {
    const plain = name.toLowerCase();
    if (plain === "host")
      faults.push({
        at: ".probe",
        reason: "probe.headers cannot have Host: that is probe.host, or the name in probe.url",
      });
    else if (OWN_HEADERS.includes(plain))
      faults.push({ at: ".probe", reason: `probe.headers cannot have ${name}: the request has its own` });
  }
  return faults;
}

/** What a switch does with a complete probe. */
export function probePlan(probe: ProbeInputs): ProbePlan {
  const { path = "/", scheme = ProbeScheme.Http, address = "127.0.0.1", port = 80, host = "" } = probe;
  const place = probe.url === undefined ? { path, scheme, address, port, host } : placeOf(probe.url);
  return { ...probe, ...place, headers: probe.headers ?? {}, expectHeaders: probe.expectHeaders ?? {} };
}

function placeOf(text: string): Pick<ProbePlan, (typeof PLACE)[number]> {
  const url = new URL(text);
  const scheme = url.protocol === "https:" ? ProbeScheme.Https : ProbeScheme.Http;
  return {
    path: pathOf(url),
    scheme,
    address: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (scheme === ProbeScheme.Https ? 443 : 80) : Number(url.port),
    host: url.host,
  };
}

function pathOf({ pathname, search }: URL): string {
  return `${pathname}${search}`;
}

/** The plan with the certificates themselves where `ca` is the path of a file, before any host is asked. */
export function withCertificates(plan: ProbePlan): ProbePlan {
  if (plan.ca === undefined || isPem(plan.ca)) return plan;
  const path = localPath(plan.ca);
  try {
    const ca = readFileSync(path, "utf8");
    if (!isPem(ca)) throw new Error("no certificate in PEM is in it");
    return { ...plan, ca };
  } catch (error) {
    throw new SiteReleaseError("probe-ca", {
      action: "trust what `probe.ca` names",
      observed: error instanceof Error ? error.message : String(error),
      expected: `certificates in PEM in ${path}`,
    });
  }
}
