// npm run bench -- roundTrips: how many round trips between here and a host an update waits for, and a Release alone.
import { join } from "node:path";
import { digestSource } from "../provider/release/digest.ts";
import type { ReleasePlan } from "../provider/release/plan.ts";
import { stageRelease } from "../provider/release/stage.ts";
import { switchTo } from "../provider/switch/switch.ts";
import { planFor } from "../tests/support/releaseTree.ts";
import type { Sandbox } from "../tests/support/sandbox.ts";
import { Application } from "./support/application.ts";
import { bench, withSandbox } from "./support/bench.ts";
import { timed } from "./support/clock.ts";
import { conditions } from "./support/conditions.ts";
import { roundTrips, verdict } from "./support/figures.ts";
import { type Relay, startRelays } from "./support/relay.ts";
import { publish } from "./support/results.ts";
import { sandboxSwitch } from "./support/sandboxSwitch.ts";
import { writeSmallRelease } from "./support/smallRelease.ts";
import { overSsh, stage } from "./support/staging.ts";
import { Times, wires } from "./support/wires.ts";

const RUNS = 15;

const rows = {
  handshake: "handshake",
  release: "Release",
  switch: "Switch",
  both: "Release and Switch",
  changed: "the application, 20 files changed: Release",
  unchanged: "the application, nothing changed: Release",
} as const;
type Row = keyof typeof rows;

bench((dir) =>
  withSandbox(async (sandbox) => {
    const relays = await startRelays(sandbox, wires);
    const application = new Application(join(dir, "application"));
    const deployPath = join(sandbox.deployPath, "application");
    const times = new Times(rows);
    await times.measure(relays, RUNS, async (relay, version) => {
      const source = join(dir, version);
      writeSmallRelease(source, version);
      const small = await update(sandbox, relay, planFor(sandbox.deployPath, { version, source }));
      return { ...small, ...(await updateApplication(deployPath, relay, application, version)) };
    });
    const [short = 0, long = 0] = relays.map(({ roundTripTime }) => roundTripTime);
    report(times, long - short);
  }),
);

/** One whole update of a small site over one connection. */
async function update(sandbox: Sandbox, { connection }: Relay, release: ReleasePlan) {
  const { handshake, value } = await overSsh(connection, async (transport) => {
    const staged = await timed(() => stageRelease(transport, release, () => {}));
    const switched = await timed(() => switchTo(transport, ...sandboxSwitch(sandbox, release.version), () => {}));
    const { report, warnings } = switched.value;
    // The first switch of a site tells what a reload costs with its nginx, and only that one.
    const course = [
      staged.value.status,
      report.status,
      ...warnings.filter((text) => !text.startsWith("nginx ")),
    ].join();
    if (course !== "uploaded,switched") throw new Error(`not the update that is measured: ${course}`);
    return { release: staged.seconds, switch: switched.seconds };
  });
  return { handshake, ...value, both: value.release + value.switch };
}

/** A release of a site of thousands of files, with 20 files changed since the one before it; then the same once more. */
async function updateApplication(deployPath: string, { connection }: Relay, application: Application, version: string) {
  application.change();
  await digestSource(application.dir); // as a preview does
  const plan = planFor(deployPath, { version, source: application.dir });
  return {
    changed: (await stage(connection, plan, "uploaded")).staging,
    unchanged: (await stage(connection, plan, "reused")).staging,
  };
}

function report(times: Times<Row>, roundTripTime: number): void {
  const trips = (row: Row): number => {
    const [near = [], far = []] = times.of(row);
    return roundTrips(near, far, roundTripTime / 1000);
  };
  const figures = times.table("step", "ms", { head: "round trips", of: (row) => trips(row).toFixed(1) });
  const most = (wanted: string, row: Row, isMet: (count: number) => boolean): string =>
    verdict(wanted, [{ isMet: isMet(trips(row)), words: trips(row).toFixed(1) }]);
  publish(`# Round trips of an update

How many round trips between the one who runs \`pulumi up\` and the host does an update wait for? A small release (20 files, 50 kB) is put
on a host and switched to, over one new SSH connection. Then a release of an application of 7,698 files and 66 MB is put on the host, 20
files changed, and once more when it is there, each over a connection of its own (whose handshake is left out). A round trip is what a step
takes longer when the host is ${wires[1]} ms away: (median at RTT ${wires[1]} - median at RTT 0) / ${wires[1]} ms. What the host waits for by itself meanwhile hides some.

    npm run bench -- roundTrips

${conditions()}, in memory.
The host is the tests' sandbox (sshd, nginx and php-fpm on loopback) behind toxiproxy, which delays each way by half of the round-trip time:
nothing is lost, bandwidth has no limit, TCP has no slow start, and its own handshake costs nothing. A round trip through it took
${roundTripTime.toFixed(1)} ms longer than on loopback, and that is what is divided by. All inputs have their defaults: smoke straight through php-fpm, one
probe, opcache cleared over FastCGI. ${RUNS} runs of each kind by turns, after one of each to warm up; medians.

${figures}

${most("Release and Switch, wanted at most 10 after the handshake", "both", (count) => count <= 10)}
${most("20 files changed, wanted fewer than 4 after the handshake", "changed", (count) => count < 4)}
${most("Nothing changed, wanted fewer than 3 after the handshake", "unchanged", (count) => count < 3)}
`);
  console.log(figures);
}
