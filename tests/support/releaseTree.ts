import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import type { ReleasePlan } from "../../provider/release/plan.ts";

/** A directory that goes when the test ends, and that others may enter. */
export function temporaryDir(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), "release-test-"));
  chmodSync(dir, 0o755);
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Waits until the host's background has removed what was thrown away. */
export async function trashEmptied(deployPath: string): Promise<void> {
  for (let tries = 0; readdirSync(join(deployPath, ".site-release/trash")).length > 0; tries++) {
    if (tries === 100) throw new Error("the trash is not emptied");
    await setTimeout(100);
  }
}

/** Gives the tests of one file a cache of digests of their own, which goes when their process ends. */
export function ownCache(): void {
  const dir = mkdtempSync(join(tmpdir(), "release-test-cache-"));
  process.env.XDG_CACHE_HOME = dir;
  process.once("exit", () => rmSync(dir, { recursive: true, force: true }));
}

/** A version's manifest as it lies on its host: the header line, and the records that are packed behind it. */
export function manifestOn(deployPath: string, version: string): { readonly header: string; readonly body: string } {
  const bytes = readFileSync(join(deployPath, ".site-release/manifests", version));
  const end = bytes.indexOf("\n");
  return {
    header: bytes.subarray(0, end).toString("latin1"),
    body: gunzipSync(bytes.subarray(end + 1)).toString("latin1"),
  };
}

/** What a tree holds: a file's content, an executable one's, a link's target, or an empty directory. */
export type Tree = Readonly<Record<string, string | { executable: string } | { link: string } | { dir: true }>>;

/** Writes a tree below a directory; names are latin1, one character a byte. */
export function writeTree(dir: string, tree: Tree): string {
  mkdirSync(dir, { recursive: true });
  for (const [name, what] of Object.entries(tree)) {
    const place = bytePath(dir, name);
    mkdirSync(bytePath(dir, dirname(name)), { recursive: true });
    if (typeof what === "string") writeFileSync(place, what);
    else if ("executable" in what) {
      writeFileSync(place, what.executable);
      chmodSync(place, 0o755);
    } else if ("link" in what) symlinkSync(Buffer.from(what.link, "latin1"), place);
    else mkdirSync(place, { recursive: true });
  }
  return dir;
}

function bytePath(dir: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${dir}/`), Buffer.from(name, "latin1")]);
}

/** A small PHP site. */
export const smallSite: Tree = {
  "public/index.php": "<?php echo 1;\n",
  "public/app.css": "body {}\n",
  "bin/console": { executable: "#!/usr/bin/env php\n" },
  "vendor/autoload.php": "<?php\n",
  "var/cache": { dir: true },
};

const longDir = "d".repeat(120);

/** Names that a careless tool loses or changes. */
export const oddTree: Tree = {
  ...smallSite,
  "with space/a file": "1",
  "line\nend": "2",
  "line\nend dir/x": "2b",
  "quote'\"$(id)`id`": "3",
  "back\\slash\\012": "4",
  "-leading": "5",
  "-d/-e": "6",
  "tab\there": "7",
  "control\x01": "8",
  "[glob]*?": "9",
  "trailing ": "10",
  "caf\xc3\xa9/\xc3\xbc": "utf-8",
  "not utf-8 \xff\xfe": "bytes",
  [`${longDir}/${"f".repeat(200)}`]: "long",
  [`${longDir}/\xc3\xa9${"g".repeat(200)}`]: { executable: "long" },
  "empty file": "",
  "empty\ndir/in dir": { dir: true },
  dangling: { link: "nowhere/at all" },
  "line end link": { link: "target\n" },
  "a link": { link: "public/index.php" },
  "long link": { link: `${longDir}/${"f".repeat(200)}` },
  "public/up": { link: "../vendor" },
  "not utf-8 link \xff": { link: "\xfe" },
  big: "0123456789abcdef".repeat(40_000),
};

/** A plan for a version of the tests' site. */
export function planFor(deployPath: string, plan: Partial<ReleasePlan> = {}): ReleasePlan {
  return {
    deployPath,
    version: "1",
    publicDir: "public",
    exclude: [],
    sharedDirs: [],
    sharedFiles: [],
    writableDirs: [],
    writableMode: "acl",
    dirMode: "0755",
    fileMode: "0644",
    dedupe: "hardlink",
    prepare: [],
    prepareTimeout: 60,
    ...plan,
  };
}
