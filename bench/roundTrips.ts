// npm run bench -- roundTrips: how many round trips between here and a host a small release and its switch wait for.
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import type { ReleasePlan } from "../provider/release/plan.ts";
import { stageRelease } from "../provider/release/stage.ts";
import type { SwitchPlan } from "../provider/switch/plan.ts";
import { switchTo } from "../provider/switch/switch.ts";
import { openSsh } from "../provider/transport/openSsh.ts";
import { atEnd } from "../tests/support/ending.ts";
import { planFor } from "../tests/support/releaseTree.ts";
import { type Sandbox, startSandbox } from "../tests/support/sandbox.ts";
import { switchPlanOf } from "../tests/support/switchPlan.ts";
import { median, roundTrips, table } from "./support/figures.ts";
import { startRelays } from "./support/relay.ts";
import { publish as publishChapter } from "./support/results.ts";
import { writeSmallRelease } from "./support/smallRelease.ts";

const RTT = 50;
const RUNS = 15;
const MOST = 10;

const steps = ["handshake", "Release", "Switch"] as const;
type Times = Record<(typeof steps)[number], number>;

async function main(): Promise<void> {
  const sources = mkdtempSync(join(tmpdir(), "site-release-bench-"));
  atEnd(() => rmSync(sources, { recursive: true, force: true }));
  process.env.XDG_CACHE_HOME = join(sources, "cache");
  const sandbox = await startSandbox();
  try {
    const relays = await startRelays(sandbox, [0, RTT]);
    const near: Times[] = [];
    const far: Times[] = [];
    // The first pair only warms up: the site's first switch, the first compilation of everything. Near and far go by turns, since a
    // machine is slower at one time than at another.
    for (let run = 0; run <= RUNS; run++)
      for (const [index, { port }] of relays.entries()) {
        const version = `${run}.${index}`;
        const source = join(sources, version);
        writeSmallRelease(source, version);
        const times = await update(sandbox, port, planFor(sandbox.deployPath, { version, source }));
        if (run > 0) (index === 0 ? near : far).push(times);
      }
    const [short = 0, long = 0] = relays.map(({ roundTripTime }) => roundTripTime);
    publish(near, far, long - short);
  } finally {
    await sandbox.close();
  }
}

/** One whole update over one connection; the times of its steps in ms. */
async function update(sandbox: Sandbox, port: number, release: ReleasePlan): Promise<Times> {
  const begun = performance.now();
  const connection = { ...sandbox.connection, port, hostKey: sandbox.hostKey };
  const transport = await openSsh(connection, () => {});
  const connected = performance.now();
  try {
    const { status } = await stageRelease(transport, release, () => {});
    const staged = performance.now();
    const { report, warnings } = await switchTo(transport, switchPlan(sandbox, release.version), context, () => {});
    const switched = performance.now();
    // The first switch of a site tells what a reload costs with its nginx, and only that one.
    const course = [status, report.status, ...warnings.filter((text) => !text.startsWith("nginx "))].join(", ");
    if (course !== "uploaded, switched") throw new Error(`not the update that is measured: ${course}`);
    console.log(`${release.version}: ${JSON.stringify(report)}`);
    return { handshake: connected - begun, Release: staged - connected, Switch: switched - staged };
  } finally {
    transport.close();
  }
}

const context = { owner: { id: "bench", stack: "bench", resource: "bench" }, takeOver: false };

function switchPlan(
  { serverName, deployPath, includePath, pool, nginx, httpPort }: Sandbox,
  version: string,
): SwitchPlan {
  const changes = { site: { serverName, deployPath, publicDir: "public", includePath }, pools: [pool], nginx };
  const defaults = switchPlanOf(version, changes);
  return { ...defaults, probe: { ...defaults.probe, port: httpPort } };
}

function publish(near: readonly Times[], far: readonly Times[], roundTripTime: number): void {
  const row = (name: string, time: (times: Times) => number) => {
    const [short, long] = [near.map(time), far.map(time)];
    const trips = roundTrips(short, long, roundTripTime);
    return { trips, cells: [name, median(short).toFixed(0), median(long).toFixed(0), trips.toFixed(1)] as const };
  };
  const rows = steps.map((step) => row(step, (times) => times[step]));
  const whole = row("Release and Switch", (times) => times.Release + times.Switch);
  const head = ["step", "RTT 0, ms", `RTT ${RTT}, ms`, "round trips"] as const;
  const figures = table([head, ...rows.map(({ cells }) => cells), whole.cells]);
  const [processor] = cpus();
  const text = `# Round trips of an update

How many round trips between the one who runs \`pulumi up\` and the host does an update wait for? A small release (20 files, 50 kB) is put
on a host and switched to, over one new SSH connection. A round trip is what a step takes longer when the host is ${RTT} ms away: (median at
RTT ${RTT} - median at RTT 0) / ${RTT} ms. What the host waits for by itself meanwhile hides some.

    npm run bench -- roundTrips

${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${processor?.model.trim()}), Node ${process.versions.node}, load average ${loadavg()[0]?.toFixed(1)}; client and host on one machine.
The host is the tests' sandbox (sshd, nginx and php-fpm on loopback) behind toxiproxy, which delays each way by half of the round-trip time:
nothing is lost, bandwidth has no limit, TCP has no slow start, and its own handshake costs nothing. A round trip through it took
${roundTripTime.toFixed(1)} ms longer than on loopback, and that is what is divided by. All inputs have their defaults: smoke straight through php-fpm, one
probe, opcache cleared over FastCGI. ${RUNS} runs of each kind by turns, after one of each to warm up; medians.

${figures}

Wanted: at most ${MOST} after the handshake. ${whole.trips <= MOST ? "Met" : "Missed"} with ${whole.trips.toFixed(1)}.
`;
  publishChapter(text);
  console.log(figures);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
