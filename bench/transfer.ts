// npm run bench -- transfer: how long a release takes to get onto its host, beside tar and rsync.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { digestSource } from "../provider/release/digest.ts";
import { stageRelease } from "../provider/release/stage.ts";
import { openSsh } from "../provider/transport/openSsh.ts";
import { must } from "../tests/support/command.ts";
import { atEnd } from "../tests/support/ending.ts";
import { planFor } from "../tests/support/releaseTree.ts";
import { type Sandbox, startSandbox } from "../tests/support/sandbox.ts";
import { type Builds, writeBuilds } from "./support/application.ts";
import { median, table } from "./support/figures.ts";
import { startRelays } from "./support/relay.ts";
import { publish } from "./support/results.ts";

const RTT = 50;
const RUNS = 5;
const MEMORY = "/dev/shm";

/** The rows of the table: each is measured on both wires, in seconds. */
const rows = [
  "first: tar, zstd -1, ssh",
  "first: Release",
  "20 files changed: rsync --link-dest",
  "20 files changed: Release",
  "20 changed, all mtimes new: rsync --link-dest --checksum",
  "20 changed, all mtimes new: Release",
  "nothing changed: Release",
] as const;
type Row = (typeof rows)[number];

interface Figure {
  readonly seconds: number;
  /** Bytes that a Release said it had sent. */
  readonly sent?: number;
}

async function main(): Promise<void> {
  if (existsSync(MEMORY)) process.env.TMPDIR = MEMORY;
  const sources = mkdtempSync(join(tmpdir(), "site-release-bench-"));
  atEnd(() => rmSync(sources, { recursive: true, force: true }));
  process.env.XDG_CACHE_HOME = join(sources, "cache");
  const builds = writeBuilds(sources);
  const sandbox = await startSandbox();
  try {
    const relays = await startRelays(sandbox, [0, RTT]);
    const figures = relays.map(() => new Map<Row, Figure[]>(rows.map((row) => [row, []])));
    const cold = await digestsOf(builds);
    // The first round only warms up. Near and far, ours and theirs go by turns.
    for (let run = 0; run <= RUNS; run++)
      for (const [wire, { port }] of relays.entries()) {
        const round = await measure(sandbox, port, builds, `${run}.${wire}`);
        console.log(`${run}.${wire}`, JSON.stringify(Object.fromEntries(round)));
        if (run > 0) for (const [row, figure] of round) figures[wire]?.get(row)?.push(figure);
      }
    report(figures, cold);
  } finally {
    await sandbox.close();
  }
}

/** The digests are made by every preview, and known to the update after it: the table's Releases have them. */
async function digestsOf({ first, next, touched }: Builds): Promise<number> {
  const begun = performance.now();
  await digestSource(first);
  const cold = (performance.now() - begun) / 1000;
  await digestSource(next);
  await digestSource(touched);
  return cold;
}

async function measure(sandbox: Sandbox, port: number, builds: Builds, name: string): Promise<Map<Row, Figure>> {
  const round = new Map<Row, Figure>();
  const yard = join(sandbox.deployPath, `yard-${name}`);
  const deployPath = join(sandbox.deployPath, `site-${name}`);
  const ssh = sshTo(sandbox, port);
  const host = `${sandbox.user}@127.0.0.1`;
  const theirs = (row: Row, command: string): void => {
    const begun = performance.now();
    must("sh", "-c", command);
    round.set(row, { seconds: (performance.now() - begun) / 1000 });
  };
  const ours = async (row: Row, version: string, source: string, status: string): Promise<void> => {
    const begun = performance.now();
    const transport = await openSsh({ ...sandbox.connection, port, hostKey: sandbox.hostKey }, () => {});
    const result = await stageRelease(transport, planFor(deployPath, { version, source }), () => {});
    round.set(row, { seconds: (performance.now() - begun) / 1000, sent: result.sentBytes });
    transport.close();
    if (result.status !== status) throw new Error(`not what is measured: ${result.status}`);
  };
  const { first, next, touched } = builds;
  theirs(
    rows[0],
    `tar -cf - -C ${first} . | zstd -q -1 | ${ssh} ${host} 'mkdir -p ${yard}/1 && zstd -dcq | tar -xf - -C ${yard}/1'`,
  );
  await ours(rows[1], "1", first, "uploaded");
  // What rsync compares with has the mtimes of its source, as its own earlier run would have left it.
  theirs(rows[2], `rsync -a -e '${ssh}' --link-dest=${yard}/1 ${next}/ ${host}:${yard}/2/`);
  await ours(rows[3], "2", next, "uploaded");
  theirs(rows[4], `rsync -a --checksum -e '${ssh}' --link-dest=${yard}/2 ${touched}/ ${host}:${yard}/3/`);
  await ours(rows[5], "3", touched, "uploaded");
  await ours(rows[6], "3", touched, "reused");
  await sandbox.deploy(`rm -rf ${yard} ${deployPath}`);
  return round;
}

function sshTo({ privateKeyPath }: Sandbox, port: number): string {
  const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "IdentitiesOnly=yes"];
  return `ssh -p ${port} -i ${privateKeyPath} ${options.map((option) => `-o ${option}`).join(" ")}`;
}

function report(figures: readonly Map<Row, Figure[]>[], cold: number): void {
  const cells = rows.map((row) => {
    const seconds = figures.map((wire) => median((wire.get(row) ?? []).map((figure) => figure.seconds)).toFixed(2));
    const [one] = figures[0]?.get(row) ?? [];
    return [row, ...seconds, one?.sent === undefined ? "" : (one.sent / 1e6).toFixed(2)] as const;
  });
  const figuresTable = table([["way", "RTT 0, s", `RTT ${RTT}, s`, "MB sent"], ...cells]);
  const [processor] = cpus();
  publish(`# Getting a release onto its host

An application of 7,698 files and 66 MB, as text that packs about as source code does, is put on a host: the first time, then with 20 files
changed, then with 20 more changed and all mtimes new. Beside it the same by tar and by rsync.

    npm run bench -- transfer

${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${processor?.model.trim()}), Node ${process.versions.node}, load average ${loadavg()[0]?.toFixed(1)}; client and host on one machine, in memory.
The host is the tests' sandbox behind toxiproxy, as above. Every time has its SSH handshake in it; that of a Release has no start of Node.js,
and the digests of the sources are known from the preview (making them the first time took ${cold.toFixed(2)} s). A Release reads what it sends
and what it receives, and what it has is on disk before it says so; tar and rsync do neither. ${RUNS} runs of each by turns, after one to warm up; medians.

${figuresTable}
`);
  console.log(figuresTable);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
