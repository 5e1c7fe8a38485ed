import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Retention, retentionInputs } from "../../provider/release/retention.ts";
import { type Answer, converse } from "../../provider/transport/conversation.ts";
import { ROOT } from "./paths.ts";
import { type ShellOptions, shellTransport } from "./shellTransport.ts";

/** A site with older releases on this machine, as its host sees it. Times are whole seconds from one moment on. */
export interface OldReleases {
  /** The versions that have a manifest, and when it was made. */
  readonly complete: Readonly<Record<string, number>>;
  /** Other directories in releases/. */
  readonly others?: readonly string[];
  readonly journal: readonly Line[];
  /** The include's text; by default it names what was committed last. */
  readonly include?: string;
  readonly current?: string;
  readonly owner?: string;
}

/** A line of the journal. */
export type Line = Readonly<Record<string, string | number>> & { readonly step: string; readonly at: number };

const EPOCH = Date.UTC(2026, 0, 1) / 1000;
const WHOLE = "site-release-manifest 1 files=0 bytes=0 digest=0\n";

/** A process that is there as long as the tests are, as the journal names workers. */
export const living = `${process.pid}:${startOf(process.pid)}`;
/** The number of a process that nobody has, and one that somebody else has by now. */
export const dead = `4194305:7 ${process.pid}:7`;

export function makeSite(deployPath: string, site: OldReleases): Retention {
  const own = join(deployPath, ".site-release");
  for (const dir of ["manifests", "prepared", "staging", "trash", "empty"])
    mkdirSync(join(own, dir), { recursive: true });
  for (const name of [...Object.keys(site.complete), ...(site.others ?? [])])
    mkdirSync(join(deployPath, "releases", name, "public"), { recursive: true });
  for (const [version, at] of Object.entries(site.complete)) {
    writeFileSync(join(own, "manifests", version), WHOLE);
    utimesSync(join(own, "manifests", version), EPOCH + at, EPOCH + at);
  }
  const lines = site.journal.map(
    ({ at, ...rest }) => `${JSON.stringify({ at: timeOf(at), run: "r", who: "w", ...rest })}\n`,
  );
  if (lines.length > 0) writeFileSync(join(own, "journal.jsonl"), lines.join(""));
  const live = site.journal.findLast(({ step }) => step === "committed")?.to;
  const root = live === undefined ? join(own, "empty") : `${deployPath}/releases/${live}/public`;
  const includePath = join(deployPath, "root_dir.nginx.conf");
  writeFileSync(includePath, site.include ?? `set $root_dir ${root};\n`);
  if (site.current !== undefined) symlinkSync(`releases/${site.current}`, join(deployPath, "current"));
  if (site.owner !== undefined)
    writeFileSync(join(own, "owner"), `{"id":"${site.owner}","stack":"p/dev","resource":"site","since":"then"}\n`);
  return { keepReleases: 5, includePath, ownerIds: ["mine"] };
}

/** A moment, in milliseconds since 1970, as such a site counts it. */
export function secondsSince(time: number): number {
  return Math.floor(time / 1000) - EPOCH;
}

function timeOf(at: number): string {
  return new Date((EPOCH + at) * 1000).toISOString().replace(".000", "");
}

/** The host's retention alone, as the stage script has it: its parts, joined in the same order. */
export function prune(
  deployPath: string,
  version: string,
  retention: Retention,
  options: ShellOptions = {},
): Promise<Answer> {
  const parts = [
    "protocol",
    "places",
    "records",
    "manifest",
    "switch/journal",
    "switch/glance",
    "switch/workers",
    "keep",
    "stage/prune",
  ];
  const script = parts.map((part) => readFileSync(join(ROOT, "provider/host", `${part}.sh`), "utf8")).join("\n");
  const inputs = { deploy_path: deployPath, version, ...retentionInputs(retention) };
  return converse(shellTransport(options), `${script}\nname_places\nprune\nsucceed pruned\n`, inputs);
}

export function releasesOf(deployPath: string): string[] {
  return readdirSync(join(deployPath, "releases")).sort();
}

/** Programs of BusyBox instead of GNU's, and flock, which Debian's lacks. */
export function busyboxPrograms(dir: string): string {
  mkdirSync(dir);
  execFileSync("busybox", ["--install", "-s", dir]);
  return dir;
}

/** A process's start in clock ticks: proc(5), field 22. */
export function startOf(pid: number): string {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "");
  return fields.split(" ")[19] ?? "";
}
