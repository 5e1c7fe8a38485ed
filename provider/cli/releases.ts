import { ownDir } from "../site.ts";
import type { Facts } from "./facts.ts";
import type { Switch } from "./history.ts";
import type { Release, Upload } from "./status.ts";
import { ended } from "./switches.ts";
import { timeOf } from "./time.ts";

/** What lies in releases/, by time. */
export function releasesOf(
  { releases, manifests, unseen }: Facts,
  deployPath: string,
  uploads: readonly Upload[],
  told: readonly Switch[],
): Release[] {
  const complete = new Map(manifests.map(manifestOf));
  const own = ownDir(deployPath);
  const without = unseen.includes(own) || unseen.includes(`${own}/manifests`) ? "unknown" : "unfinished";
  // What a run of ours has not finished stands under its own name only while `prepare` runs in it (host/stage/prepare.sh).
  const prepared = new Set(uploads.map(({ preparing }) => preparing));
  const isOurs = (name: string) => unseen.includes(`${own}/staging`) || prepared.has(name);
  const lastTo = new Map(ended(told).map((each) => [each.to, each]));
  return releases
    .map((line) => {
      const { time = "", user = "?", kind = "", name = "" } = RELEASE.exec(line)?.groups ?? {};
      const manifest = complete.get(name);
      const state = KINDS.get(kind) ?? "other";
      const isDirectory = state === "directory";
      const whole = isDirectory ? manifest : undefined;
      return {
        version: name,
        state: isDirectory ? (whole === undefined ? without : "complete") : state,
        at: timeOf(whole?.time ?? time),
        user,
        files: whole?.files ?? null,
        bytes: whole?.bytes ?? null,
        byOthers: isDirectory && whole === undefined && without === "unfinished" && !isOurs(name),
        lastSwitch: lastTo.get(name) ?? null,
      };
    })
    .filter(({ version }) => version !== "")
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.version < b.version ? -1 : 1));
}

const RELEASE = /^(?<time>\d+) (?<user>\S+) (?<kind>[^|]*)\|\.\/(?<name>.*)$/;
const KINDS: ReadonlyMap<string, string> = new Map([
  ["directory", "directory"],
  ["symbolic link", "link"],
]);

function manifestOf(line: string): [string, { time: string; files: number | null; bytes: number | null }] {
  const [time = "", files, bytes, ...name] = line.split(" ");
  return [name.join(" "), { time, files: countOf(files), bytes: countOf(bytes) }];
}

/** Null is what is no number: a line of the host's that was cut, or is somebody else's. */
export function countOf(word: string | undefined): number | null {
  return word !== undefined && /^\d{1,15}$/.test(word) ? Number(word) : null;
}

/** How a version lies there. */
export function stateOf(version: string, releases: readonly Release[], { unseen }: Facts, deployPath: string): string {
  const absent = unseen.includes(`${deployPath}/releases`) ? "unknown" : "missing";
  return releases.find((release) => release.version === version)?.state ?? absent;
}

/** What is on its way there. */
export function uploadOf(line: string): Upload {
  const [time = "", user = "?", state, preparing = ""] = line.split(" ");
  return { user, since: timeOf(time), cut: state !== "held", preparing: preparing || null };
}
