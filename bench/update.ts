// npm run bench -- update: what people wait for, whole `pulumi up` and `pulumi preview`, beside those of an empty program.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { must, type Result } from "../tests/support/command.ts";
import type { Sandbox } from "../tests/support/sandbox.ts";
import type { Stack } from "../tests/support/stack.ts";
import { Application } from "./support/application.ts";
import { bench, withSandbox } from "./support/bench.ts";
import { timed } from "./support/clock.ts";
import { conditions } from "./support/conditions.ts";
import { dynamicProgram, emptyProgram, settingProgram, siteProgram } from "./support/programs.ts";
import { startRelays } from "./support/relay.ts";
import { publish } from "./support/results.ts";
import { settled } from "./support/settled.ts";
import { writeSmallRelease } from "./support/smallRelease.ts";
import { Times, verdictByWire, wires } from "./support/wires.ts";

const RUNS = 5;
const THOUSANDS = 7.698;

const rows = {
  emptyUp: "up: empty program",
  settingUp: "up: program that reads a setting",
  dynamicUp: "up: program with a dynamic resource that does nothing",
  knownUp: "up: 20 files changed, previewed before",
  newUp: "up: 20 files changed, a new build",
  emptyPreview: "preview: empty program",
  settingPreview: "preview: program that reads a setting",
  dynamicPreview: "preview: program with a dynamic resource that does nothing",
  smallPreview: "preview: 20 files",
  newPreview: "preview: 7,698 files, a new build",
  knownPreview: "preview: 7,698 files, once more",
} as const;
type Row = keyof typeof rows;

/** A wire's site, and programs without one. */
interface Stacks {
  readonly site: Stack;
  readonly empty: Stack;
  readonly setting: Stack;
  readonly dynamic: Stack;
}

bench(async (dir) => {
  const application = new Application(join(dir, "application"));
  const empty = emptyProgram();
  const setting = settingProgram();
  await choose(setting, "1");
  const dynamic = dynamicProgram();
  // Each wire has a site and a stack of its own: they are never moved from one connection to another.
  await withSandbox((near) =>
    withSandbox(async (far) => {
      const sites = await Promise.all([near, far].map((sandbox, wire) => siteOn(sandbox, wires[wire] ?? 0)));
      const stacks = sites.map((site) => ({ site, empty, setting, dynamic }));
      const times = new Times(rows);
      await times.measure(stacks, RUNS, (ours, name) => measure(ours, application, name));
      report(times);
    }),
  );
});

async function siteOn(sandbox: Sandbox, roundTripTime: number): Promise<Stack> {
  const [relay] = await startRelays(sandbox, [roundTripTime]);
  return siteProgram(sandbox, relay?.connection);
}

async function measure(stacks: Stacks, application: Application, name: string): Promise<Record<Row, number>> {
  const { site, empty, setting, dynamic } = stacks;
  const builds = join(site.dir, "builds");
  mkdirSync(builds);
  const [small, known, unknown] = ["small", "known", "new"].map((kind) => `${name}-${kind}`) as [
    string,
    string,
    string,
  ];
  writeSmallRelease(join(builds, small), small);
  for (const version of [known, unknown]) {
    application.change();
    must("cp", "-a", application.dir, join(builds, version));
  }
  await settled();
  await choose(dynamic, name);
  const dynamicTimes = { dynamicPreview: await took(dynamic.pulumi("preview")), dynamicUp: await took(dynamic.up()) };
  const alone = {
    emptyUp: await took(empty.up()),
    settingUp: await took(setting.up()),
    emptyPreview: await took(empty.pulumi("preview")),
    settingPreview: await took(setting.pulumi("preview")),
  };
  await choose(site, small);
  const smallPreview = { smallPreview: await took(site.pulumi("preview")) };
  await choose(site, known);
  const knownTimes = {
    newPreview: await took(site.pulumi("preview")),
    knownPreview: await took(site.pulumi("preview")),
    knownUp: await took(site.up()),
  };
  await mustBeLive(site, known);
  await choose(site, unknown);
  const newTimes = { newUp: await took(site.up()) };
  await mustBeLive(site, unknown);
  rmSync(builds, { recursive: true });
  return { ...alone, ...dynamicTimes, ...smallPreview, ...knownTimes, ...newTimes };
}

async function choose(stack: Stack, version: string): Promise<void> {
  await took(stack.pulumi("config", "set", "version", version));
}

async function took(command: Promise<Result>): Promise<number> {
  const { seconds, value } = await timed(() => command);
  if (value.code !== 0) throw new Error(`Pulumi ended with ${value.code}:\n${value.stdout}${value.stderr}`);
  return seconds;
}

async function mustBeLive(stack: Stack, version: string): Promise<void> {
  const { live, report } = await stack.outputs();
  const course = `${live}, ${report?.release?.status}, ${report?.switch?.status}`;
  if (course !== `${version}, uploaded, switched`) throw new Error(`not what is measured: ${course}`);
}

function report(times: Times<Row>): void {
  const figures = times.table("command: program", "s");
  const beyond = (row: Row, yardstick: Row) => times.against(row, yardstick, (ours, theirs) => ours - theirs);
  const more = (wanted: string, row: Row, yardstick: Row, most: number | readonly number[]): string =>
    verdictByWire(wanted, beyond(row, yardstick), most, (seconds) => `${seconds.toFixed(2)} s`);
  const each = beyond("knownPreview", "smallPreview").map((seconds) => (seconds * 1000) / THOUSANDS);
  const upMost = [0.7, 1.2];
  const upGoal = "wanted at most 0.7 s at RTT 0 and 1.2 s at RTT 50 more than the empty program";
  publish(`# Whole \`pulumi up\` and \`pulumi preview\`

What a person waits for who releases an application of 7,698 files and 66 MB with 20 files changed: the whole command, from its start to its end.

    npm run bench -- update

${conditions()}, in memory, Pulumi's state too.
The program is the README's: one SiteRelease in an index.ts. Pulumi keeps what it has compiled, so that no run compiles it again, as on every
machine but a fresh one. The empty program is an index.ts with nothing in it; one that only reads its version shows what of the difference
is Pulumi's own SDK, and one with a dynamic resource that does nothing what is Pulumi's process for such resources. "up" is \`pulumi up --yes --skip-preview\`: upload, smoke, switch, probe, drain and opcache, all inputs with their defaults. The
host is the tests' sandbox behind toxiproxy, as for the round trips. A new build is a directory that nobody has read before: all of it is
hashed, once; "previewed before" and "once more" have its digests from the preview. ${RUNS} runs of each by turns, after one to warm up; medians.

${figures}

${more(`Up, previewed before, ${upGoal}`, "knownUp", "emptyUp", upMost)}
${more(`Up, a new build, ${upGoal}`, "newUp", "emptyUp", upMost)}
- Beside the program with a dynamic resource that does nothing, up takes ${beyond("knownUp", "dynamicUp")
    .map((seconds) => seconds.toFixed(2))
    .join(" s and ")} s more, and preview ${beyond("knownPreview", "dynamicPreview")
    .map((seconds) => seconds.toFixed(2))
    .join(" s and ")} s.
${more("Preview once more, wanted at most 0.05 s per 1,000 files, 0.38 s, more than the empty program", "knownPreview", "emptyPreview", 0.05 * THOUSANDS)}
${verdictByWire("The same without what 20 files take, wanted at most 50 ms per 1,000 files", each, 50, (ms) => `${ms.toFixed(0)} ms`)}
`);
  console.log(figures);
}
