import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { Eyes, Seen } from "./eyes.ts";
import { committedVersions } from "./journalLines.ts";

type HostSeen = Omit<Seen, "answers" | "status">;

/** What a script on the host finds; it shares nothing with the package, so that it can judge it. */
export async function hostLook(eyes: Eyes): Promise<HostSeen> {
  const told = tellings(await eyes.must(script(eyes)));
  const one = (name: string): string => told.get(name)?.[0] ?? "";
  const include = bytes(one("include")).toString();
  const journal = bytes(one("journal")).toString();
  const live = /\/releases\/([^/;]+)/.exec(include)?.[1];
  const whole = new Set([...(live === undefined ? [] : [live]), ...committedVersions(journal)]);
  return {
    include,
    rootThere: one("root") === "there",
    green: one("test") === "green",
    locked: told.get("locked") ?? [],
    current: one("current"),
    journal,
    left: told.get("left") ?? [],
    workers: [Number(one("serving")), Number(one("wanted"))],
    broken: await brokenIn(eyes, [...whole]),
  };
}

/** Tells the text of what names the live root, and gives it as $text. */
function named({ site, strategy }: Eyes): string {
  if (strategy === "include") return `text=$(cat '${site.includePath}' 2>/dev/null; echo .)`;
  return `
    target=$(readlink current)
    case $target in /*) ;; *) target=${site.deployPath}/$target ;; esac
    case $target in */releases/*) target=$target/${site.publicDir} ;; esac
    text=$(printf 'set $root_dir %s;\\n.' "$target")`;
}

function script(eyes: Eyes): string {
  const { deployPath } = eyes.site;
  const { nginx, workerCount } = eyes;
  return `
    cd '${deployPath}' || exit
    ${named(eyes)}
    text=\${text%.}
    echo "include $(printf %s "$text" | base64 -w 0)"
    root=$(printf %s "$text" | sed -n 's/^set .root_dir \\(.*\\);$/\\1/p')
    if [ -n "$root" ] && [ -d "$root" ]; then echo 'root there'; fi
    for place in '${deployPath}' .site-release/staging '${nginx.confDir}'; do
      [ ! -d "$place" ] || flock -n "$place" true || echo "locked $place"
    done
    if (${nginx.test ?? "nginx -t"}) >/dev/null 2>&1; then echo 'test green'; else echo 'test red'; fi
    echo "current $(readlink current)"
    echo "journal $(base64 -w 0 .site-release/journal.jsonl 2>/dev/null)"
    find . -path ./releases -prune -o \\( -name '.root_dir*' -o -name '.current.*' -o -name '.owner.*' -o -name '.opcache*.??????*' -o -name '.aside.*' \\) -print | sed 's/^/left /'
    find releases -name 'pulumi-site-release-*' 2>/dev/null | sed 's/^/left /'
    find .site-release/staging .site-release/trash -mindepth 1 2>/dev/null | sed 's/^/left /'
    wanted=${workerCount ?? "$(nproc)"}
    tries=0
    # A worker that was just forked bears its master's title until it runs.
    while master=$(cat '${nginx.pidFile}' 2>/dev/null); serving=0; do
      for pid in $(cat "/proc/$master/task/$master/children" 2>/dev/null); do
        case $(tr '\\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") in
          'nginx: worker process is'*) ;;
          'nginx: worker process'*) serving=$((serving + 1)) ;;
        esac
      done
      if [ "$serving" -eq "$wanted" ] || [ "$tries" -ge 60 ]; then break; fi
      tries=$((tries + 1))
      sleep 0.05
    done
    echo "serving $serving"
    echo "wanted $wanted"`;
}

/** What manifests have and releases do not: files and links by their content. Files that came later are nobody's concern here. */
async function brokenIn(eyes: Eyes, versions: readonly string[]): Promise<string[]> {
  if (versions.length === 0) return [];
  const told = tellings(
    await eyes.must(`
      cd '${eyes.site.deployPath}' || exit
      for version in ${versions.map((version) => `'${version}'`).join(" ")}; do
        echo "manifest:$version $(base64 -w 0 ".site-release/manifests/$version" 2>/dev/null)"
        echo "files:$version $(cd "releases/$version" 2>/dev/null && {
          find . -type f -perm -100 -print0 | xargs -0 -r sha256sum -z | sed -z 's/^/x /'
          find . -type f ! -perm -100 -print0 | xargs -0 -r sha256sum -z | sed -z 's/^/f /'
          find . -type l -printf 'l %p//%l\\0'
        } | base64 -w 0)"
      done`),
  );
  const of = (name: string): Buffer => bytes(told.get(name)?.[0] ?? "");
  return versions.flatMap((version) => differences(version, of(`manifest:${version}`), of(`files:${version}`)));
}

function differences(version: string, manifest: Buffer, listing: Buffer): string[] {
  const end = manifest.indexOf("\n");
  if (end === -1) return [`release ${version} has no manifest`];
  const body = gunzipSync(manifest.subarray(end + 1));
  const digest = createHash("sha256").update(body).digest("hex");
  if (!manifest.subarray(0, end).toString().endsWith(` digest=${digest}`))
    return [`release ${version} has a manifest that is not whole`];
  const there = new Set(
    listing
      .toString("latin1")
      .replaceAll(/(?<=^|\0)([fx]) ([0-9a-f]{64}) [ *]/g, "$1 $2 ")
      .split("\0"),
  );
  return body
    .toString("latin1")
    .split("\0")
    .filter((record) => /^[fxl] /.test(record) && !there.has(record))
    .map((record) => `release ${version} lacks ${record}`);
}

/** Lines of "NAME VALUE". */
function tellings(text: string): Map<string, string[]> {
  const told = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [name = "", ...rest] = line.split(" ");
    if (name !== "") told.set(name, [...(told.get(name) ?? []), rest.join(" ")]);
  }
  return told;
}

function bytes(base64: string): Buffer {
  return Buffer.from(base64, "base64");
}
