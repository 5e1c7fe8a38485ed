// npm run bench -- transfer: how long a release takes to get onto its host, beside tar and rsync.
import { join } from "node:path";
import { digestSource } from "../provider/release/digest.ts";
import { must } from "../tests/support/command.ts";
import { planFor } from "../tests/support/releaseTree.ts";
import type { Sandbox } from "../tests/support/sandbox.ts";
import { type Builds, writeBuilds } from "./support/application.ts";
import { bench, withSandbox } from "./support/bench.ts";
import { timed } from "./support/clock.ts";
import { conditions } from "./support/conditions.ts";
import { type Relay, startRelays } from "./support/relay.ts";
import { publish } from "./support/results.ts";
import { sshCommand } from "./support/sshCommand.ts";
import { stage } from "./support/staging.ts";
import { Times, verdictByWire, wires } from "./support/wires.ts";

const RUNS = 5;

const rows = {
  tar: "first: tar, zstd -1, ssh",
  first: "first: Release",
  linkDest: "20 files changed: rsync --link-dest",
  next: "20 files changed: Release",
  checksum: "20 changed, all mtimes new: rsync --link-dest --checksum",
  touched: "20 changed, all mtimes new: Release",
  nothing: "nothing changed: Release",
} as const;
type Row = keyof typeof rows;

/** The bytes that the Releases said they had sent. */
type Sent = Map<Row, number>;

bench((dir) =>
  withSandbox(async (sandbox) => {
    const builds = writeBuilds(dir);
    const relays = await startRelays(sandbox, wires);
    const cold = await digestsOf(builds);
    const times = new Times(rows);
    const sent: Sent = new Map();
    await times.measure(relays, RUNS, (relay, name) => measure(sandbox, relay, builds, name, sent));
    report(times, sent, cold);
  }),
);

/** The digests are made by every preview, and known to the update after it: the table's Releases have them. */
async function digestsOf({ first, next, touched }: Builds): Promise<number> {
  const { seconds } = await timed(() => digestSource(first));
  await digestSource(next);
  await digestSource(touched);
  return seconds;
}

async function measure(
  sandbox: Sandbox,
  { port, connection }: Relay,
  builds: Builds,
  name: string,
  sent: Sent,
): Promise<Record<Row, number>> {
  const yard = join(sandbox.deployPath, `yard-${name}`);
  const deployPath = join(sandbox.deployPath, `site-${name}`);
  const ssh = sshCommand(sandbox, port);
  const host = `${sandbox.user}@127.0.0.1`;
  const theirs = async (command: string) => (await timed(() => must("sh", "-c", command))).seconds;
  const ours = async (row: Row, version: string, source: string, status: "uploaded" | "reused" = "uploaded") => {
    const plan = planFor(deployPath, { version, source });
    const { handshake, staging, sentBytes } = await stage(connection, plan, status);
    sent.set(row, sentBytes);
    return handshake + staging;
  };
  const { first, next, touched } = builds;
  const taken = {
    tar: await theirs(
      `tar -cf - -C ${first} . | zstd -q -1 | ${ssh} ${host} 'mkdir -p ${yard}/1 && zstd -dcq | tar -xf - -C ${yard}/1'`,
    ),
    first: await ours("first", "1", first),
    // What rsync compares with has the mtimes of its source, as its own earlier run would have left it.
    linkDest: await theirs(`rsync -a -e '${ssh}' --link-dest=${yard}/1 ${next}/ ${host}:${yard}/2/`),
    next: await ours("next", "2", next),
    checksum: await theirs(`rsync -a --checksum -e '${ssh}' --link-dest=${yard}/2 ${touched}/ ${host}:${yard}/3/`),
    touched: await ours("touched", "3", touched),
    nothing: await ours("nothing", "3", touched, "reused"),
  };
  await sandbox.deploy(`rm -rf ${yard} ${deployPath}`);
  return taken;
}

function report(times: Times<Row>, sent: Sent, cold: number): void {
  const megabytes = (row: Row): string => {
    const bytes = sent.get(row);
    return bytes === undefined ? "" : (bytes / 1e6).toFixed(2);
  };
  const figures = times.table("way", "s", { head: "MB sent", of: megabytes });
  const atMost = (wanted: string, ours: Row, theirs: Row, most: number): string => {
    const ratios = times.against(ours, theirs, (one, other) => one / other);
    return verdictByWire(wanted, ratios, most, (ratio) => ratio.toFixed(2));
  };
  publish(`# Getting a release onto its host

An application of 7,698 files and 66 MB, as text that packs about as source code does, is put on a host: the first time, then with 20 files
changed, then with 20 more changed and all mtimes new. Beside it the same by tar and by rsync.

    npm run bench -- transfer

${conditions()}, in memory.
The host is the tests' sandbox behind toxiproxy, as for the round trips. Every time has its SSH handshake in it; that of a Release has no start of Node.js,
and the digests of the sources are known from the preview (making them the first time took ${cold.toFixed(2)} s). A Release reads what it sends
and what it receives, and what it has is on disk before it says so; tar and rsync do neither. ${RUNS} runs of each by turns, after one to warm up; medians.

${figures}

${atMost("First, wanted at most 1.1 times tar", "first", "tar", 1.1)}
${atMost("20 files changed, wanted at most rsync", "next", "linkDest", 1)}
${atMost("All mtimes new, wanted at most rsync", "touched", "checksum", 1)}
`);
  console.log(figures);
}
