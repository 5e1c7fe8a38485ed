// npm run bench -- switch: what the proof of a switch costs, beside one OpenSSH command that does as much of it as a shell can.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rootDir } from "../provider/site.ts";
import { switchTo } from "../provider/switch/switch.ts";
import { openSsh } from "../provider/transport/openSsh.ts";
import { quote } from "../provider/transport/script.ts";
import { must } from "../tests/support/command.ts";
import { planFor } from "../tests/support/releaseTree.ts";
import type { Sandbox } from "../tests/support/sandbox.ts";
import { bench, withSandbox } from "./support/bench.ts";
import { timed } from "./support/clock.ts";
import { conditions } from "./support/conditions.ts";
import { type Relay, startRelays } from "./support/relay.ts";
import { publish } from "./support/results.ts";
import { sandboxSwitch, site } from "./support/sandboxSwitch.ts";
import { writeSmallRelease } from "./support/smallRelease.ts";
import { sshCommand } from "./support/sshCommand.ts";
import { stage } from "./support/staging.ts";
import { Times, verdictByWire, wires } from "./support/wires.ts";

const RUNS = 15;
const VERSIONS = ["1", "2"] as const;

const rows = {
  command: "ssh: write, test, reload, wait",
  commit: "Switch: connect to commit",
  whole: "Switch: connect to its end",
} as const;
type Row = keyof typeof rows;

/** A wire's way to the host that is switched by a command, and to ours. */
interface Ways {
  readonly theirs: Relay;
  readonly ours: Relay;
}

bench((dir) =>
  withSandbox((theirs) =>
    withSandbox(async (ours) => {
      const near = await startRelays(theirs, wires);
      const ways = (await startRelays(ours, wires)).map(
        (relay, wire): Ways => ({ ours: relay, theirs: near[wire] as Relay }),
      );
      for (const sandbox of [theirs, ours])
        for (const version of VERSIONS) {
          const source = join(dir, version);
          writeSmallRelease(source, version);
          await stage(sandbox.connection, planFor(sandbox.deployPath, { version, source }), "uploaded");
        }
      const times = new Times(rows);
      let turn = 0;
      await times.measure(ways, RUNS, async (way) => {
        const version = VERSIONS[turn++ % 2] ?? "1";
        return { command: await byCommand(theirs, way.theirs, version), ...(await byUs(ours, way.ours, version)) };
      });
      report(times);
    }),
  ),
);

async function byCommand(sandbox: Sandbox, { port }: Relay, version: string): Promise<number> {
  const { nginx, includePath, user } = sandbox;
  const inputs = {
    root: rootDir(site(sandbox), version),
    include: includePath,
    pid_file: nginx.pidFile,
    test_command: nginx.test,
    reload_command: nginx.reload,
  };
  const assignments = Object.entries(inputs).map(([name, value]) => `${name}=${quote(value)}\n`);
  const script = assignments.join("") + readFileSync(join(__dirname, "../../bench/support/reload.sh"), "utf8");
  const words = [...sshCommand(sandbox, port).split(" "), `${user}@127.0.0.1`, script];
  const [command = "", ...rest] = words;
  return (await timed(() => must(command, ...rest))).seconds;
}

async function byUs(
  sandbox: Sandbox,
  { connection }: Relay,
  version: string,
): Promise<Omit<Record<Row, number>, "command">> {
  const begun = performance.now();
  const elapsed = (): number => (performance.now() - begun) / 1000;
  let commit = Number.NaN;
  const transport = await openSsh(connection, () => {});
  try {
    const { report } = await switchTo(transport, ...sandboxSwitch(sandbox, version), (step) => {
      if (step === "committed") commit = elapsed();
    });
    if (report.status !== "switched") throw new Error(`not what is measured: ${report.status}`);
    return { commit, whole: elapsed() };
  } finally {
    transport.close();
  }
}

function report(times: Times<Row>): void {
  const figures = times.table("way", "ms");
  const ratios = times.against("commit", "command", (ours, theirs) => ours / theirs);
  publish(`# What a proved switch costs

A release that is on its host gets the traffic. Beside it one OpenSSH command that writes the include, tests, reloads and waits until the old workers are
gone and the new ones are 300 ms old (bench/support/reload.sh): that is all that a shell can prove. A Switch does this and recovers, smokes, locks, journals
with fsync and probes besides.

    npm run bench -- switch

${conditions()}, in memory.
The hosts are two of the tests' sandboxes behind toxiproxy, as for the round trips; every time has its SSH handshake in it, that of a Switch has no start of
Node.js. \`probe.count\` is 1, all else has its defaults. "Commit" is when the client hears of it: from then on no fault takes the version back.
The end comes after drain and opcache. ${RUNS} runs of each by turns, after one to warm up; medians.

${figures}

${verdictByWire("Commit, wanted at most 1.2 times the command", ratios, 1.2, (ratio) => ratio.toFixed(2))}
`);
  console.log(figures);
}
