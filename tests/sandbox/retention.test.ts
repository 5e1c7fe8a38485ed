import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import { prunedIn } from "../../provider/release/retention.ts";
import { accountHere } from "../support/account.ts";
import {
  busyboxPrograms,
  dead,
  type Line,
  living,
  makeSite,
  type OldReleases,
  prune,
  releasesOf,
  secondsSince,
} from "../support/oldReleases.ts";
import { temporaryDir, trashEmptied } from "../support/releaseTree.ts";
import type { ShellOptions } from "../support/shellTransport.ts";

const shells: Record<string, (dir: string) => ShellOptions> = {
  dash: () => ({ shell: "dash" }),
  "bash --posix": () => ({ shell: "bash --posix" }),
  "BusyBox with its own programs": (dir) => ({ shell: "busybox sh", programs: busyboxPrograms(join(dir, "programs")) }),
};

const live = (at: number, from: string, to: string): Line => ({ at, step: "committed", from, to });
/** Versions 1 to 6, switched to one after the other. */
const six: OldReleases = {
  complete: { "1": 0, "2": 0, "3": 0, "4": 0, "5": 0, "6": 0 },
  journal: [
    live(1, "", "1"),
    live(2, "1", "2"),
    live(3, "2", "3"),
    live(4, "3", "4"),
    live(5, "4", "5"),
    live(6, "5", "6"),
  ],
  owner: "mine",
};

const { owner: _owner, ...unowned } = six;

const follows = (line: Line): Line => ({ ...line, strategy: "symlink" });
/** The same, whose nginx has followed `current` since 4; an include of old names what nobody serves. */
const followed: OldReleases = {
  ...six,
  journal: six.journal.map((line) => (line.at > 3 ? follows(line) : line)),
  current: "6",
  include: "set $root_dir DIR/releases/2/public;\n",
};
const justNow = secondsSince(Date.now());

interface Row {
  readonly site: OldReleases;
  readonly keep: number;
  readonly ids?: readonly string[];
  readonly wanted?: string;
  readonly pruned: string;
}

const table: Record<string, Row> = {
  "live and previous do not count": { site: six, keep: 2, pruned: "2, 1" },
  "none is kept besides them with 0": { site: six, keep: 0, pruned: "4, 3, 2, 1" },
  "all are kept with -1": { site: six, keep: -1, pruned: "none" },
  "fewer than are kept": { site: six, keep: 4, pruned: "none" },
  "a version that came back is newer than one that was live since": {
    site: {
      ...six,
      journal: [...six.journal, live(7, "6", "1"), live(8, "1", "6"), live(9, "6", "5"), live(9, "5", "6")],
    },
    keep: 1,
    pruned: "4, 3, 2",
  },
  "the wanted one stays, however old": { site: six, keep: 1, wanted: "1", pruned: "3, 2" },
  "what current names stays": { site: { ...six, current: "1" }, keep: 0, pruned: "4, 3, 2" },
  "what old workers serve stays, until they are gone": {
    site: {
      ...six,
      journal: [
        ...six.journal,
        { at: 7, step: "draining", version: "1", workers: `4194305:7 ${living}` },
        { at: 7, step: "draining", version: "2", workers: dead },
      ],
    },
    keep: 0,
    pruned: "4, 3, 2",
  },
  "an include of other wording names the live one": {
    site: { ...six, include: '# by hand\n  set  $root_dir "DIR/releases/2/public";\n' },
    keep: 0,
    pruned: "4, 3, 1",
  },
  "an include through the link current names the live one": {
    site: { ...six, current: "2", include: "set $root_dir DIR/current/public;\n" },
    keep: 0,
    pruned: "4, 3, 1",
  },
  "an include that names nothing prunes nothing": {
    site: { ...six, include: "# nothing\n" },
    keep: 0,
    pruned: "none: DIR/root_dir.nginx.conf names no release that is there",
  },
  "an include that names what is gone prunes nothing": {
    site: { ...six, include: "set $root_dir DIR/releases/9/public;\n" },
    keep: 0,
    pruned: "none: DIR/root_dir.nginx.conf names no release that is there",
  },
  "where nginx follows current, that says what is live, and the include says nothing": {
    site: followed,
    keep: 0,
    pruned: "4, 3, 2, 1",
  },
  "what current left within the hour stays, since nobody can see who still uses it": {
    site: {
      ...followed,
      journal: [
        ...followed.journal,
        follows(live(justNow - 4000, "6", "1")),
        follows(live(justNow - 3000, "1", "2")),
        follows(live(justNow - 200, "2", "6")),
        { ...follows({ at: justNow - 100, step: "restored", from: "3", to: "6" }), reason: "probe-failed" },
        live(justNow - 50, "4", "6"),
        follows(live(justNow - 20, "5", "6")),
      ],
    },
    keep: 0,
    pruned: "4",
  },
  "a current that leads nowhere prunes nothing": {
    site: { ...followed, current: "9" },
    keep: 0,
    pruned: "none: current points at no release that is there",
  },
  "what was never live counts from when it was put there": {
    site: { ...six, complete: { ...six.complete, "7": 2, "8": 9 } },
    keep: 2,
    pruned: "3, 2, 1, 7",
  },
  "switches of one second count by the journal's order": {
    site: { ...six, journal: six.journal.map((line) => ({ ...line, at: 1 })) },
    keep: 1,
    pruned: "3, 2, 1",
  },
  "what is not complete neither counts nor goes": {
    site: { ...six, others: ["0-unfinished", "zz by hand"] },
    keep: 1,
    pruned: "3, 2, 1",
  },
  "nobody prunes a site that nobody has": { site: unowned, keep: 0, pruned: "none" },
  "another owner's site is not pruned": {
    site: { ...six, owner: "theirs" },
    keep: 0,
    pruned: "none: the site belongs to site of stack p/dev since then",
  },
  "an owner prunes by its former id": { site: six, keep: 3, ids: ["new", "mine"], pruned: "1" },
  "part of an id is none": {
    site: six,
    keep: 3,
    ids: ["min", "e"],
    pruned: "none: the site belongs to site of stack p/dev since then",
  },
  "nothing is pruned after a switch that was interrupted": {
    site: { ...six, journal: [...six.journal, { at: 7, step: "switching", from: "6", to: "5", before: "x" }] },
    keep: 0,
    pruned: "none: a switch is under way, or was interrupted",
  },
  "a switch that was restored is over": {
    site: {
      ...six,
      journal: [
        ...six.journal,
        { at: 7, step: "switching", from: "6", to: "4", before: "x" },
        { at: 8, step: "restored", from: "4", to: "6", reason: "probe-failed" },
      ],
    },
    keep: 3,
    pruned: "1",
  },
};

for (const [name, shellIn] of Object.entries(shells))
  describe(`what is pruned, by ${name}`, () => {
    for (const [title, { site, keep, ids = ["mine"], wanted = "next", pruned }] of Object.entries(table))
      test(title, async (t) => {
        const dir = temporaryDir(t);
        const deployPath = join(dir, "site");
        const include = site.include?.replaceAll("DIR", deployPath);
        const made = makeSite(deployPath, { ...site, ...(include !== undefined && { include }) });
        const before = releasesOf(deployPath);
        const retention = { ...made, keepReleases: keep, ownerIds: ids };
        const answer = await prune(deployPath, wanted, retention, shellIn(dir));
        assert.equal(prunedIn(answer, retention), pruned.replaceAll("DIR", deployPath));
        const gone = answer.texts.get("pruned") ?? [];
        assert.deepEqual(
          releasesOf(deployPath),
          before.filter((version) => !gone.includes(version)),
        );
        for (const version of Object.keys(site.complete))
          assert.equal(
            existsSync(join(deployPath, ".site-release/manifests", version)),
            !gone.includes(version),
            version,
          );
        await trashEmptied(deployPath);
      });
  });

test("whatever happened on a site, only the oldest releases that nothing needs go", async (t) => {
  const versions = ["1", "2", "3", "4", "5", "6", "7", "8"];
  const version = fc.constantFrom(...versions);
  const kind = fc.constantFrom("complete", "complete", "complete", "unfinished", "absent");
  const sites = fc.record({
    kinds: fc.tuple(...versions.map(() => kind)),
    put: fc.tuple(...versions.map(() => fc.nat(30))),
    lives: fc.array(version, { maxLength: 10 }),
    draining: fc.array(fc.tuple(version, fc.boolean()), { maxLength: 4 }),
    current: fc.option(version, { nil: undefined }),
    included: fc.option(version, { nil: undefined }),
    wanted: version,
    keep: fc.nat(4),
  });
  const dir = temporaryDir(t);
  let count = 0;
  const property = fc.asyncProperty(sites, async ({ kinds, put, lives, draining, current, included, wanted, keep }) => {
    const deployPath = join(dir, String(count++));
    const of = (wish: string) => versions.filter((_, index) => kinds[index] === wish);
    const putAt = (name: string) => put[versions.indexOf(name)] ?? 0;
    const commits = lives.map((to, index) => live(10 + index, lives[index - 1] ?? "", to));
    const drains = draining.map(([drained, lives], index): Line => {
      return { at: 20 + index, step: "draining", version: drained, workers: lives ? `${dead} ${living}` : dead };
    });
    const retention = makeSite(deployPath, {
      complete: Object.fromEntries(of("complete").map((name) => [name, putAt(name)])),
      others: of("unfinished"),
      journal: [...commits, ...drains],
      owner: "mine",
      ...(included !== undefined && { include: `set $root_dir ${deployPath}/releases/${included}/public;\n` }),
      ...(current !== undefined && { current }),
    });
    const answer = await prune(deployPath, wanted, { ...retention, keepReleases: keep });
    const gone = answer.texts.get("pruned") ?? [];

    const drainingNow = draining.flatMap(([name, lives]) => (lives ? [name] : []));
    const needed = new Set([wanted, current, included, lives.at(-1), lives.at(-2), ...drainingNow]);
    const lastLive = (name: string) => {
      const last = commits.findLastIndex(({ from, to }) => from === name || to === name);
      return last === -1 ? [putAt(name), 0, 0] : [10 + last, last + 1, commits[last]?.to === name ? 1 : 0];
    };
    const age = (one: string, other: string) => {
      const [a, b] = [lastLive(one), lastLive(other)];
      const at = a.findIndex((part, index) => part !== b[index]);
      return at === -1 ? other.localeCompare(one) : (b[at] ?? 0) - (a[at] ?? 0);
    };
    const served = included ?? lives.at(-1);
    const isServed = served === undefined || !of("absent").includes(served);
    const needless = of("complete").filter((name) => !needed.has(name));
    assert.deepEqual(gone, isServed ? needless.sort(age).slice(keep) : []);
    assert.deepEqual(
      releasesOf(deployPath),
      [...of("complete"), ...of("unfinished")].filter((name) => !gone.includes(name)).sort(),
    );
  });
  await fc.assert(property, { numRuns: 80 });
});

test("what is no release is named once, and again when it came back", async (t) => {
  const deployPath = temporaryDir(t);
  const retention = makeSite(deployPath, { ...six, others: ["0", "by hand"] });
  symlinkSync("6", join(deployPath, "releases/link"));
  writeFileSync(join(deployPath, "releases/note\n.txt"), "");
  const warned = async (keepReleases = 5) =>
    (await prune(deployPath, "next", { ...retention, keepReleases })).texts.get("warning") ?? [];
  const about = (names: string) => [
    `${deployPath}/releases has what is no complete release of this package, and is neither counted nor pruned: ${names}`,
  ];
  assert.deepEqual(await warned(-1), []);
  assert.deepEqual(await warned(), about("0, by hand, note?.txt"));
  assert.deepEqual(await warned(), []);
  mkdirSync(join(deployPath, "releases/9"));
  rmSync(join(deployPath, "releases/0"), { recursive: true });
  assert.deepEqual(await warned(), about("9"));
  mkdirSync(join(deployPath, "releases/0"));
  assert.deepEqual(await warned(), about("0"));
  for (const name of ["0", "9", "by hand", "note\n.txt"])
    rmSync(join(deployPath, "releases", name), { recursive: true });
  assert.deepEqual([await warned(), await warned()], [[], []]);
});

test("a release that cannot be moved away stays, is said, and the others go", {
  skip: process.getuid?.() !== 0 && "a mount needs root",
}, async (t) => {
  const deployPath = temporaryDir(t);
  const retention = makeSite(deployPath, six);
  const mounted = join(deployPath, "releases/2");
  execFileSync("mount", ["--bind", mounted, mounted]);
  try {
    const answer = await prune(deployPath, "next", { ...retention, keepReleases: 0 });
    assert.deepEqual(answer.texts.get("pruned"), ["4", "3", "1"]);
    assert.deepEqual(answer.texts.get("warning"), [
      `${mounted} is to be pruned, and cannot be moved away (another login's: dirMode "0775" lets the group remove it)`,
    ]);
  } finally {
    execFileSync("umount", ["-l", mounted]);
  }
  assert.deepEqual(releasesOf(deployPath), ["2", "5", "6"]);
});

const beginnings: Record<string, string> = {
  "takes the site's lock": "exec 8<$site && flock 8 && sleep 1 >/dev/null &",
  "took it, wrote its journal and gave it back": "echo '{}' >>$site/.site-release/journal.jsonl",
};

for (const [name, beginning] of Object.entries(beginnings))
  test(`a release comes back when a switch ${name} while it is taken away`, async (t) => {
    const dir = temporaryDir(t);
    const deployPath = join(dir, "site");
    const retention = { ...makeSite(deployPath, six), keepReleases: 3 };
    // The switch begins in the worst moment: when the release has just left its place.
    const mv = `#!/bin/sh\n/bin/mv "$@" || exit\nsite=${deployPath}\ncase $3 in */.aside.*) ${beginning}\n;; esac\nsleep 0.1\n`;
    mkdirSync(join(dir, "programs"));
    writeFileSync(join(dir, "programs/mv"), mv, { mode: 0o755 });
    const answer = await prune(deployPath, "next", retention, { programs: join(dir, "programs") });
    assert.equal(prunedIn(answer, retention), "none: a switch is under way, or was interrupted");
    assert.deepEqual(releasesOf(deployPath), ["1", "2", "3", "4", "5", "6"]);
    assert.deepEqual(readdirSync(join(deployPath, ".site-release/manifests")), ["1", "2", "3", "4", "5", "6"]);
  });

test("what a run had just taken away when it was killed goes with the next", async (t) => {
  const deployPath = temporaryDir(t);
  const retention = { ...makeSite(deployPath, six), keepReleases: 3 };
  mkdirSync(join(deployPath, ".site-release/.aside.0.abc"));
  assert.equal(prunedIn(await prune(deployPath, "next", retention), retention), "1");
  assert.deepEqual(
    readdirSync(join(deployPath, ".site-release")).filter((name) => name.startsWith(".")),
    [],
  );
  await trashEmptied(deployPath);
});

test("what cannot be removed within a day is said, with what to do", {
  skip: process.getuid?.() !== 0 && "another user's files need root",
}, async (t) => {
  const dir = temporaryDir(t);
  const deployPath = join(dir, "site");
  const retention = makeSite(deployPath, six);
  const { uid } = accountHere();
  execFileSync("chown", ["-R", String(uid), deployPath]);
  const theirs = join(deployPath, ".site-release/trash/0.abc");
  mkdirSync(join(theirs, "cache"), { recursive: true });
  writeFileSync(join(theirs, "cache/file"), "");
  const warnings = async (options: ShellOptions) =>
    (await prune(deployPath, "next", retention, { uid, ...options })).texts.get("warning");
  assert.equal(await warnings({}), undefined);
  // Nobody can set a file's ctime: it is the clock that goes on.
  const date = `#!/bin/sh\n[ "$*" = +%s ] || exec /bin/date "$@"\necho $(($(/bin/date +%s) + 90000))\n`;
  mkdirSync(join(dir, "programs"));
  writeFileSync(join(dir, "programs/date"), date, { mode: 0o755 });
  assert.deepEqual(await warnings({ programs: join(dir, "programs") }), [
    `${theirs} cannot be removed, most likely since another user's files are in it. As root: rm -r ${deployPath}/.site-release/trash/*`,
  ]);
});
