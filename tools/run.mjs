// npm run demo, npm test, npm run bench, npm run docs, npm run soak, npm run lint: everything they need is set up first, then they start. Plain JavaScript, since it runs before
// anything is installed, on whatever Node the machine has (20 or newer).
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { chooseBenches } from "./setup/bench.mjs";
import { buildTree } from "./setup/build.mjs";
import { findCommandPlugin } from "./setup/commandPlugin.mjs";
import { buildImages } from "./setup/images.mjs";
import { installPackages } from "./setup/packages.mjs";
import { installPackaging } from "./setup/packaging.mjs";
import { root } from "./setup/places.mjs";
import { findPulumi } from "./setup/pulumi.mjs";
import { installServers } from "./setup/servers.mjs";
import { chooseTests, recordFailures } from "./setup/tests.mjs";
import { findToxiproxy } from "./setup/toxiproxy.mjs";

const [name, ...args] = process.argv.slice(2);
const commands = { demo, test, bench, docs, soak, lint };
// The places of servers and of debootstrap are often not on a user's PATH.
process.env.PATH = [process.env.PATH, "/usr/local/sbin", "/usr/sbin", "/sbin"].join(delimiter);

try {
  const command = commands[name];
  if (command === undefined)
    throw new Error(`usage: node tools/run.mjs ${Object.keys(commands).join("|")} [arguments]`);
  await installPackages();
  buildTree();
  await command();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function demo() {
  await installServers("sandbox");
  await handOver([join(root, "dist/tools/demo/main.js"), ...args], await findPulumi());
}

async function test() {
  const { files, kinds } = chooseTests(args);
  const reporters = recordFailures();
  const runsPulumi = ["sandbox", "packages", "machine"].some((kind) => kinds.has(kind));
  if (runsPulumi) await installServers("sandbox");
  if (kinds.has("packages")) installPackaging();
  if (kinds.has("machine")) {
    await installServers("machine");
    buildImages();
  }
  // Files run side by side, more than a small machine has processors, since most wait for something half of their time; a test that
  // hangs ends in a quarter of an hour.
  const how = ["--test", "--test-concurrency=6", "--test-timeout=900000", ...reporters];
  // Hundreds of short-lived processes load the same modules (Pulumi's own take half a second), of which a third is their compilation.
  process.env.NODE_COMPILE_CACHE ??= join(root, "node_modules/.cache/node-compile");
  const tools = [];
  if (runsPulumi) tools.push(await findPulumi());
  if (kinds.has("machine")) tools.push(await findCommandPlugin(tools[0]));
  await handOver([...how, ...files], ...tools);
}

async function bench() {
  const { files, needMachines } = chooseBenches(args);
  await installServers("sandbox");
  await installServers("bench");
  if (needMachines) {
    await installServers("machine");
    buildImages();
  }
  const tools = [await findToxiproxy(), await findPulumi()];
  for (const file of files) {
    await handOver([file], ...tools);
    if (process.exitCode !== 0) return;
  }
}

async function docs() {
  await handOver([join(root, "dist/tools/docs/main.js"), ...args]);
}

async function soak() {
  await installServers("sandbox");
  await installServers("machine");
  buildImages();
  await handOver([join(root, "dist/bench/soak/main.js"), ...args], await findPulumi());
}

async function lint() {
  await installServers("lint");
  await handOver([join(root, "tools/lint.mjs"), ...args]);
}

/** Runs the rest on the project's own Node, with the directories of what was set up on PATH, and ends as it does. */
async function handOver(words, ...tools) {
  const bin = join(root, "node_modules/.bin");
  const path = [bin, ...tools, process.env.PATH].filter(Boolean).join(delimiter);
  const child = spawn(join(bin, "node"), words, { cwd: root, stdio: "inherit", env: { ...process.env, PATH: path } });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(signal === null ? code : 1));
  });
}
