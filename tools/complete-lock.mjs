// Makes package-lock.json hold on every platform, whatever registry it was written against: names no registry host, and lists
// also the platform packages that the registry at hand lacked. npm drops those from the lock silently, and `npm ci` then refuses it.
// Run after `npm install` changed the lock: node tools/complete-lock.mjs
import { readFileSync, writeFileSync } from "node:fs";

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
const systems = ["android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const archs = ["arm64", "arm", "ia32", "loong64", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

for (const entry of Object.values(lock.packages)) {
  delete entry.resolved;
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (lock.packages[`node_modules/${name}`]) continue;
    const words = name.split(/[-/]/);
    const os = systems.filter((system) => words.includes(system));
    const cpu = archs.filter((arch) => words.includes(arch));
    if (cpu.length === 0 && !words.includes("universal")) continue;
    lock.packages[`node_modules/${name}`] = {
      version: range.replace(/^[\^~]/, ""),
      ...(cpu.length > 0 && { cpu }),
      ...(entry.dev && { dev: true }),
      license: entry.license,
      optional: true,
      ...(os.length > 0 && { os }),
    };
  }
}

const root = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
lock.packages = Object.fromEntries(root);
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
