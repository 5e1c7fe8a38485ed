// Compiles the TypeScript and lays host/ beside it: every script that runs on a host is one file, joined from its parts in a fixed order.
// With --if-changed nothing happens when no source is newer than the last build.
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { php, programs, scripts } from "./host-scripts.mjs";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
const stamp = join(dist, ".built");
const sources = ["provider", "tests", "tools", "bench"].filter((name) => existsSync(join(root, name)));

if (!process.argv.includes("--if-changed") || changed()) build();

function changed() {
  const built = statSync(stamp, { throwIfNoEntry: false });
  if (built === undefined) return true;
  // A directory is newer when a file came or went.
  const paths = sources.flatMap((name) => [
    name,
    ...readdirSync(join(root, name), { recursive: true }).map((path) => join(name, path)),
  ]);
  const all = [...paths, "tsconfig.json", "package-lock.json"];
  return all.some(
    (path) => (statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > built.mtimeMs,
  );
}

function build() {
  const started = new Date();
  const compiled = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", root], {
    stdio: "inherit",
  });
  if (compiled.status !== 0) process.exit(compiled.status ?? 1);
  removeStale();
  joinScripts();
  writeFileSync(stamp, "");
  utimesSync(stamp, started, started); // what changed meanwhile is newer
}

/** Removes what was compiled from files that are gone: a test that was deleted would run on. */
function removeStale() {
  for (const name of sources) {
    if (!existsSync(join(dist, name))) continue; // nothing was compiled of it
    const compiled = readdirSync(join(dist, name), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    for (const { parentPath, name: file } of compiled) {
      const source = join(root, parentPath.slice(dist.length), file.replace(/(\.d\.ts|\.js)$/, ".ts"));
      if (/\.(d\.ts|js)$/.test(file) && !existsSync(source)) rmSync(join(parentPath, file));
    }
  }
}

function joinScripts() {
  const from = join(root, "provider/host");
  const to = join(dist, "provider/host");
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  for (const [name, parts] of Object.entries(scripts)) {
    // Comments stay here: the host has no reader for them, and every byte crosses the wire with each run.
    const text = parts
      .map((part) => readFileSync(join(from, `${part}.sh`), "utf8").replace(/^\s*#(?! shellcheck).*\n/gm, ""))
      .join("\n");
    writeFileSync(join(to, `${name}.sh`), text.replace(/\n{2,}/g, "\n"));
  }
  for (const [name, parts] of Object.entries(php)) {
    // Each part opens PHP by itself, so that it can be read and checked alone.
    const text = parts.map((part) => readFileSync(join(from, `${part}.php`), "utf8").replace(/^<\?php\n\n/, ""));
    writeFileSync(join(to, `${name}.php`), `<?php\n\n${text.join("\n")}`);
  }
  for (const name of programs) copyFileSync(join(from, name), join(to, basename(name)));
}
