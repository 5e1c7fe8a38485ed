// npm run bench -- disk: what fifty releases of one application take of their host's disk.
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { must } from "../tests/support/command.ts";
import { planFor } from "../tests/support/releaseTree.ts";
import type { Sandbox } from "../tests/support/sandbox.ts";
import { Application } from "./support/application.ts";
import { bench, withSandbox } from "./support/bench.ts";
import { conditions } from "./support/conditions.ts";
import { type DiskUse, diskUse } from "./support/diskUse.ts";
import { table, verdict } from "./support/figures.ts";
import { publish } from "./support/results.ts";
import { stage } from "./support/staging.ts";

const RELEASES = 50;
/** Times one release and the changed files. */
const BELOW = 1.1;
/** By the Filesystem Hierarchy Standard what lies there outlives a reboot: it is on a disk. */
const DISK = "/var/tmp";

/** What was found on one file system, in bytes. */
interface Found {
  readonly fileSystem: string;
  readonly one: DiskUse;
  readonly changed: number;
  readonly all: DiskUse;
  /** `.site-release`: manifests, journal. */
  readonly own: DiskUse;
}

bench(async (dir) => {
  const found: Found[] = [];
  for (const place of [undefined, DISK])
    found.push(
      await withSandbox(
        (sandbox) => measure(sandbox, new Application(join(dir, `application-${found.length}`))),
        place,
      ),
    );
  report(found);
});

async function measure(sandbox: Sandbox, application: Application): Promise<Found> {
  const { deployPath, connection } = sandbox;
  const fileSystem = must("df", "--output=fstype", deployPath).trim().split("\n").at(-1) ?? "";
  const release = async (version: number): Promise<void> => {
    const { staging } = await stage(
      connection,
      planFor(deployPath, { version: `${version}`, source: application.dir }),
      "uploaded",
    );
    console.log(fileSystem, version, staging.toFixed(2));
  };
  const releases = join(deployPath, "releases");
  await release(1);
  const one = await diskUse(releases);
  let changed = 0;
  for (let version = 2; version <= RELEASES; version++) {
    const paths = application.change();
    await release(version);
    for (const path of paths) changed += lstatSync(join(releases, `${version}`, path)).blocks * 512;
  }
  return {
    fileSystem,
    one,
    changed,
    all: await diskUse(releases),
    own: await diskUse(join(deployPath, ".site-release")),
  };
}

function report(found: readonly Found[]): void {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  const whole = ({ files, directories }: DiskUse) => files + directories;
  const rows = found.map(({ fileSystem, one, changed, all, own }) => {
    const use = [one.files, one.directories, changed, all.files, all.directories, whole(own)].map(megabytes);
    return [fileSystem, ...use] as const;
  });
  const head = [
    "MB on",
    "one: files",
    "directories",
    "changed files",
    `${RELEASES}: files`,
    "directories",
    "manifests",
  ] as const;
  const figures = table([head, ...rows]);
  const times = (taken: (each: Found) => number, wanted: (each: Found) => number) =>
    found.map((each) => {
      const ratio = taken(each) / wanted(each);
      return { isMet: ratio < BELOW, words: `${ratio.toFixed(2)} on ${each.fileSystem}` };
    });
  const everything = times(
    ({ all, own }) => whole(all) + whole(own),
    ({ one, changed }) => whole(one) + changed,
  );
  const contents = times(
    ({ all }) => all.files,
    ({ one, changed }) => one.files + changed,
  );
  publish(`# What releases take of a disk

${RELEASES} releases of an application of 7,698 files, 661 directories and 66 MB are put on one host, each with 20 other files changed, and all are kept.

    npm run bench -- disk

${conditions()}.
Counted in whole blocks, as du does: a file that many releases have by hard links counts once. A directory cannot be shared so: each release has
its own, which takes a block or more where a disk keeps directories in blocks, and none in memory. "Manifests" is all of the host's
\`.site-release\`. Beside it what the first release took alone, and the ${(RELEASES - 1) * 20} changed files.

${figures}

${verdict(`Everything, wanted below ${BELOW} times one release and the changed files`, everything)}
${verdict(`The releases' files alone, wanted below ${BELOW} times those of one and the changed files`, contents)}
`);
  console.log(figures);
}
