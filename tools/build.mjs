// Compiles the TypeScript and lays host/ beside it: every script that runs on a host is one file, joined from its parts in a fixed order.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scripts } from "./host-scripts.mjs";

const root = join(import.meta.dirname, "..");
const compiled = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", root], {
  stdio: "inherit",
});
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

const from = join(root, "provider/host");
const to = join(root, "dist/provider/host");
mkdirSync(to, { recursive: true });
for (const [name, parts] of Object.entries(scripts)) {
  // Comments stay here: the host has no reader for them, and every byte crosses the wire with each run.
  const text = parts
    .map((part) => readFileSync(join(from, `${part}.sh`), "utf8").replace(/^\s*#(?! shellcheck).*\n/gm, ""))
    .join("\n");
  writeFileSync(join(to, `${name}.sh`), text.replace(/\n{2,}/g, "\n"));
}
copyFileSync(join(from, "opcache.php"), join(to, "opcache.php"));
