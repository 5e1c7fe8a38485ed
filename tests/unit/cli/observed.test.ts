import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { historyOf, statusOf } from "../../../provider/cli/observed.ts";
import { entry, healthyJournal, NOW, type Said, siteFacts } from "../../support/siteFacts.ts";

const asked = { host: "web1", deployPath: "/s" };

function status(changes: Said = {}, journal?: readonly string[]) {
  return statusOf(siteFacts(changes, journal), asked);
}

/** What is wrong, and with what next. */
function wrong(changes: Said, journal?: readonly string[]) {
  const { ok, problems } = status(changes, journal);
  equal(ok, problems.length === 0);
  return problems.map(({ text, next }) => [text, next]);
}

const switched = {
  run: "b",
  at: "2026-01-01T10:00:00Z",
  who: "alice@ci",
  from: "41",
  to: "42",
  outcome: "switched" as const,
  reason: null,
  restored: null,
  settledBy: null,
  seconds: 3,
};

test("A site that is well has nothing wrong, and its whole shape is this", () => {
  deepEqual(status(), {
    host: "web1",
    deployPath: "/s",
    at: NOW,
    ok: true,
    problems: [],
    unseen: [],
    strategy: "include",
    live: "42",
    committed: { version: "42", since: "2026-01-01T10:00:03Z", who: "alice@ci" },
    previous: { version: "41", state: "complete" },
    include: {
      path: "/s/root_dir.nginx.conf",
      state: "ours",
      root: "/s/releases/42/public",
      rootThere: true,
      text: null,
      lostBy: null,
      namedBy: [],
    },
    workers: "read",
    current: { target: "releases/42", version: "42" },
    lock: "free",
    running: null,
    unfinished: null,
    last: switched,
    draining: [],
    releases: [
      {
        version: "41",
        state: "complete",
        at: "2025-12-31T10:00:00Z",
        user: "deploy",
        files: 6,
        bytes: 4000,
        byOthers: false,
        lastSwitch: null,
      },
      {
        version: "42",
        state: "complete",
        at: "2026-01-01T10:00:00Z",
        user: "deploy",
        files: 7,
        bytes: 5000,
        byOthers: false,
        lastSwitch: switched,
      },
    ],
    uploads: [],
    deployer: null,
    owner: { stack: "shop/prod", resource: "example.com", since: "2025-12-01T08:00:00Z" },
  });
});

const repair = "pulumi up --refresh";
const otherPath = "Check the path: it is the resource's deployPath";
for (const [what, changes, expected] of [
  [
    "no nginx",
    { workers: "not-running" },
    [
      "nginx does not run, or its pid file is another one",
      "As root: systemctl start nginx.service; if it runs: --pid-file <path>",
    ],
  ],
  [
    "no include",
    { "include-state": "missing", root: "", workers: "unwitnessed" },
    ["/s/root_dir.nginx.conf is missing: nginx can neither start nor reload", repair],
  ],
  [
    "an edited include",
    {
      "include-state": "foreign",
      include: ["# by hand", "set"],
      root: "/s/releases/42/public",
      workers: "unwitnessed",
    },
    ["/s/root_dir.nginx.conf was edited: # by hand set", repair],
  ],
  [
    "another version in it",
    { root: "/s/releases/41/public" },
    ["nginx's include names 41, and 42 was switched to last", repair],
  ],
  [
    "another directory in it",
    { root: "/elsewhere" },
    ["nginx's include names /elsewhere, and 42 was switched to last", repair],
  ],
  [
    "a root that is gone",
    { "root-there": "" },
    ["/s/releases/42/public is not there", "pulumi up, with another version"],
  ],
  [
    "unproved workers",
    { workers: "unwitnessed" },
    ["nothing proves that nginx's workers have read the include as it is now", repair],
  ],
  [
    "an include that no file of nginx's names any more",
    {
      workers: "unwitnessed",
      "lost-name": "/etc/nginx/sites-enabled/a",
      "include-named": "/s/include",
      "named-then": "/etc/nginx/sites-available/a /etc/nginx/sites-enabled/a ",
      "named-now": "",
      // No reload before the line is back.
      "pending-edit": ["/etc/nginx/sites-enabled"],
    },
    [
      "nginx's configuration names the include no more: /etc/nginx/sites-enabled/a did when the site was switched last",
      'Put "include /s/include;" and "root $root_dir;" back into the site\'s server block; then, as root: "nginx -t && systemctl reload nginx.service"',
    ],
  ],
  [
    "an include that one of the files names no more, which nginx may have been alone to read",
    {
      workers: "unwitnessed",
      "lost-name": "/etc/nginx/sites-enabled/a",
      "include-named": "/s/include",
      "named-then": "/etc/nginx/sites-available/a /etc/nginx/sites-enabled/a ",
      "named-now": "/etc/nginx/sites-available/a ",
    },
    [
      "/etc/nginx/sites-enabled/a names the include no more, as it did when the site was switched last; /etc/nginx/sites-available/a still does",
      `If nginx reads that, ${repair}; else put "include /s/include;" and "root $root_dir;" back into the site's server block; then, as root: "nginx -t && systemctl reload nginx.service"`,
    ],
  ],
  [
    "an include that another file of nginx's names now",
    {
      workers: "unwitnessed",
      "lost-name": "/etc/nginx/conf.d/a",
      "include-named": "/s/include",
      "named-then": "/etc/nginx/conf.d/a ",
      "named-now": "/etc/nginx/conf.d/b ",
    },
    [
      "nothing proves that nginx's workers have read the include: /etc/nginx/conf.d/a named it, and now /etc/nginx/conf.d/b",
      repair,
    ],
  ],
  ["no link", { current: "" }, ["`current` is no link", repair]],
  ["another link", { current: "/s/releases/41" }, ["`current` points at /s/releases/41, not at 42", repair]],
  [
    "a live release without a manifest",
    { manifest: ["1767175200 6 4000 41"] },
    ["the live release 42 has no manifest", "pulumi up, with another version"],
  ],
  [
    "pending edits",
    { "pending-edit": ["/etc/nginx/a", "/etc/nginx/b"] },
    [
      "edits of nginx's configuration that nobody has reloaded stop the next switch: /etc/nginx/a, /etc/nginx/b",
      'As root: "nginx -t && systemctl reload nginx.service"',
    ],
  ],
  ["no path", { place: "missing" }, ["/s does not exist", 'Check the path; the first "pulumi up" makes the site']],
  ["a file", { place: "no-directory" }, ["/s is no directory", otherPath]],
  ["a closed directory", { place: "hidden" }, ["this login may not look into /s", "Log in to web1 as the site's user"]],
  ["an empty one", { place: "empty" }, ["/s is empty: nothing was released there yet", "pulumi up"]],
  ["a strange one", { place: "foreign" }, ["/s is no site: it has neither releases/ nor .site-release/", otherPath]],
] as const)
  test(`With ${what} it says: ${expected[0]}`, () => {
    deepEqual(wrong(changes), [[...expected]]);
  });

test("Where nginx follows current, that alone says what is live, and neither include nor workers are missed", () => {
  const followed = { strategy: "symlink", "include-state": "missing", root: "/s/releases/42", workers: "not-running" };
  const { ok, live, strategy, workers } = status(followed);
  deepEqual({ ok, live, strategy, workers }, { ok: true, live: "42", strategy: "symlink", workers: "unneeded" });
  deepEqual(wrong({ ...followed, current: "releases/41", root: "/s/releases/41" }), [
    ["`current` points at releases/41, not at 42", repair],
  ]);
  deepEqual(wrong({ ...followed, current: "" }), [["`current` is no link", repair]]);
  deepEqual(wrong({ ...followed, "root-there": "" }), [
    ["releases/42, where `current` points, is not there", "pulumi up, with another version"],
  ]);
});

test("Before the first switch nothing is live, and what that takes along is no edit that waits", () => {
  const fresh = {
    live: "",
    previous: "",
    since: "",
    current: "",
    workers: "unwitnessed",
    "pending-edit": ["/etc/nginx/x"],
  };
  const placeholder = { ...fresh, root: "/s/.site-release/empty" };
  deepEqual(wrong(placeholder, []), [["no version is live yet", "pulumi up"]]);
  deepEqual(wrong({ ...fresh, root: "", "include-state": "missing" }, []), [
    ["nginx's include is missing", "pulumi up"],
  ]);
  deepEqual(wrong(fresh, []), [["nginx's include names 42, and no switch of this package did that", "pulumi up"]]);
  const { live, committed, previous } = status(placeholder, []);
  deepEqual([live, committed, previous], [null, null, null]);
});

const switching = [
  ...healthyJournal,
  entry("11:00:00", "c", "locked", { to: "43" }),
  entry("11:00:01", "c", "switching", { from: "42", to: "43", before: "/s/releases/42/public" }),
  entry("11:00:02", "c", "reloaded", { to: "43" }),
];

test("A switch that goes on is no reason to worry, whatever it has changed so far", () => {
  const { ok, running, last, live } = status(
    { lock: "held", root: "/s/releases/43/public", workers: "unwitnessed" },
    switching,
  );
  deepEqual(
    { ok, running, last: last?.to, live },
    {
      ok: true,
      running: { who: "alice@ci", from: "42", to: "43", since: "2026-01-01T11:00:00Z", step: "reloaded" },
      last: "42",
      live: "43",
    },
  );
  equal(status({ lock: "held" }).running, null);
});

function unfinished(before: string, changes: Said = {}, step = "reloaded") {
  const lines = [
    entry("11:00:02", "c", step, { to: "43" }),
    entry("11:00:01", "c", "switching", { from: "42", to: "43", before }),
  ];
  return status({ root: "/s/releases/43/public", unfinished: lines, ...changes }, switching);
}

test("An interrupted one is told with what the next run does, and nothing else of it is called wrong", () => {
  const { unfinished: left, problems } = unfinished("/s/releases/42/public");
  deepEqual(left, {
    who: "alice@ci",
    from: "42",
    to: "43",
    since: "2026-01-01T11:00:02Z",
    step: "reloaded",
    restores: "42",
  });
  deepEqual(problems, [
    {
      text: 'the switch to 43 by alice@ci was interrupted after "reloaded"',
      next: '"pulumi up" to 43 finishes it, to another version first restores 42',
    },
  ]);
  deepEqual(
    [
      unfinished("verbatim"),
      unfinished("/s/.site-release/empty"),
      unfinished("/s/releases/41/public", { "before-gone": "yes" }),
      unfinished("/s/releases/41/public", { "before-gone": "yes", live: "" }),
      unfinished("/elsewhere"),
    ].map((each) => each.unfinished?.restores),
    ["verbatim", "placeholder", "42", "placeholder", null],
  );
  deepEqual(
    [unfinished("verbatim", {}, "unrestored"), unfinished("/elsewhere")].map(({ problems: [problem] }) => [
      problem?.text,
      problem?.next,
    ]),
    [
      [
        "the switch to 43 by alice@ci failed, and so did its restore",
        '"pulumi up" to 43 finishes it, to another version first restores what was there before',
      ],
      ['the switch to 43 by alice@ci was interrupted after "reloaded"', '"pulumi up" to 43 finishes it'],
    ],
  );
});

test("Workers that leave are put together from those that switches left behind and those that others did", () => {
  const draining = [
    "2026-01-01T09:00:00Z 7 40",
    "2026-01-01T09:00:00Z 8 40",
    "2026-01-01T10:00:03Z 7 41",
    "2026-01-01T10:00:03Z 9 ",
  ];
  deepEqual(status({ draining, leaving: " 7 10 " }).draining, [
    { pid: 7, since: "2026-01-01T09:00:00Z", versions: ["40", "41"] },
    { pid: 8, since: "2026-01-01T09:00:00Z", versions: ["40"] },
    { pid: 9, since: "2026-01-01T10:00:03Z", versions: [] },
    { pid: 10, since: null, versions: [] },
  ]);
});

test("What lies in releases/ without a manifest is not complete, and strange names do no harm", () => {
  const release = [
    "1 www-data directory|./half done",
    "2 deploy symbolic link|./link",
    "3 deploy regular empty file|./file\u001b[2J",
    "4 deploy directory|./42",
    "garbage",
    "1767261600 deploy directory|./41",
  ];
  deepEqual(
    status({ release }).releases.map(({ version, state, at, user }) => [version, state, at, user]),
    [
      ["half done", "unfinished", "1970-01-01T00:00:01Z", "www-data"],
      ["link", "link", "1970-01-01T00:00:02Z", "deploy"],
      ["file\\u{1b}[2J", "other", "1970-01-01T00:00:03Z", "deploy"],
      ["41", "complete", "2025-12-31T10:00:00Z", "deploy"],
      ["42", "complete", "2026-01-01T10:00:00Z", "deploy"],
    ],
  );
  equal(status({ release }).previous?.state, "complete");
  equal(status({ release: release.slice(0, -1) }).previous?.state, "missing");
});

test("A release without a manifest is another tool's unless a run of this package makes it, or nobody can see whether one does", () => {
  const release = ["1 deploy directory|./half", "2 deploy directory|./7", "3 deploy symbolic link|./link"];
  const byOthers = (changes: Said) =>
    status({ release, ...changes }).releases.map(({ version, state, byOthers }) => [version, state, byOthers]);
  deepEqual(byOthers({ upload: ["1 deploy left half"] }), [
    ["half", "unfinished", false],
    ["7", "unfinished", true],
    ["link", "link", false],
  ]);
  deepEqual(byOthers({ unseen: ["/s/.site-release/staging"] })[1], ["7", "unfinished", false]);
  deepEqual(byOthers({ manifest: [], unseen: ["/s/.site-release/manifests"] })[1], ["7", "unknown", false]);
});

test("Each release has the last switch to it that came to an end", () => {
  const lines = [
    ...healthyJournal,
    entry("11:00:00", "c", "locked", { to: "41" }),
    entry("11:00:01", "c", "failed", { to: "41", reason: "smoke-failed" }),
    entry("12:00:00", "d", "locked", { to: "42" }),
  ];
  deepEqual(
    status({ lock: "held" }, lines).releases.map(({ lastSwitch }) => [lastSwitch?.outcome, lastSwitch?.reason]),
    [
      ["failed", "smoke-failed"],
      ["switched", null],
    ],
  );
});

test("Uploads and Deployer's lock are told with their times", () => {
  const { uploads, deployer } = status({ upload: ["60 deploy held 43", "0 deploy left "], deployer: "60 dep on ci" });
  deepEqual(uploads, [
    { user: "deploy", since: "1970-01-01T00:01:00Z", cut: false, preparing: "43" },
    { user: "deploy", since: "1970-01-01T00:00:00Z", cut: true, preparing: null },
  ]);
  deepEqual(deployer, { holder: "dep on ci", since: "1970-01-01T00:01:00Z" });
});

test("What a login cannot see is said, and neither called missing nor wrong", () => {
  const blind = status(
    {
      journal: "",
      live: "",
      previous: "",
      since: "",
      "include-state": "unreadable",
      root: "",
      workers: "unwitnessed",
      manifest: [],
      unseen: ["/s/.site-release", "/s/root_dir.nginx.conf"],
      "pending-edits": "unknown",
    },
    [],
  );
  deepEqual(
    [blind.ok, blind.workers, blind.include?.state, blind.releases.map(({ state }) => state)],
    [true, "unknown", "unreadable", ["unknown", "unknown"]],
  );
  deepEqual(blind.unseen, [
    "/s/.site-release",
    "/s/root_dir.nginx.conf",
    "edits of nginx's configuration that wait for a reload",
  ]);
  equal(status({ release: [], unseen: ["/s/releases"] }).previous?.state, "unknown");
});

test("What is no number is no pid, no size and no count of files", () => {
  const said = { leaving: " index.php 12 1e9 ", draining: ["2026-11-23T10:00:00Z x 41"], manifest: ["1 a -2 42"] };
  const { draining, releases } = status(said);
  deepEqual(draining, [{ pid: 12, since: null, versions: [] }]);
  const release = releases.find(({ version }) => version === "42");
  deepEqual([release?.files, release?.bytes], [null, null]);
});

test("A history has the last switches, and says why it has none", () => {
  const told = historyOf(siteFacts({}, switching), asked, 1);
  deepEqual([told.at, told.problems, told.switches.map(({ to }) => to)], [NOW, [], ["43"]]);
  deepEqual(historyOf(siteFacts({ place: "empty" }, []), asked, 1).problems, [
    { text: "/s is empty: nothing was released there yet", next: "pulumi up" },
  ]);
  deepEqual(historyOf(siteFacts({ journal: "", unseen: ["/s/.site-release"] }, []), asked, 1).problems, [
    { text: "this login cannot see /s/.site-release", next: "Log in to web1 as the site's user" },
  ]);
});
