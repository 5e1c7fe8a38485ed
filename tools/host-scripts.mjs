// The scripts that run on hosts, and the files each is joined from, in this order. The last file of each starts it.
const site = [
  "switch/time",
  "limit",
  ...["journal", "glance", "include", "test", "workers", "named", "witness", "owner"].map((part) => `switch/${part}`),
];
const steps = [
  "prepare",
  "lock",
  "ask",
  "deployer",
  "steps",
  "ready",
  "pending",
  "reading",
  "log",
  "reload",
  "commit",
  "link",
  "trace",
  "restore",
  "recover",
  "live",
  "drain",
];

// A step of a SiteHost.
const hostStep = (...parts) => ["siteHost/words", ...parts.map((part) => `siteHost/${part}`), "siteHost/main"];
const nginxStep = (...parts) => [
  "siteHost/words",
  "switch/workers",
  ...hostStep("ours", "nginxFile", ...parts).slice(1),
];

export const scripts = {
  switch: ["protocol", "history", ...site, ...steps.map((part) => `switch/${part}`), "switch/main"],
  observe: ["protocol", ...site, "switch/observe", "observe"],
  status: [
    "protocol",
    "places",
    "manifest",
    ...site,
    "switch/pending",
    "switch/observe",
    "keep",
    ...["lock", "history", "traffic", "releases", "main"].map((part) => `status/${part}`),
  ],
  leave: ["protocol", ...site, "switch/lock", "switch/leave"],
  pool: ["protocol", "pool"],
  pipe: ["protocol", "pipe"],
  stage: [
    "protocol",
    "places",
    "records",
    "manifest",
    "state",
    "switch/time",
    "switch/journal",
    "switch/glance",
    "switch/workers",
    "keep",
    "limit",
    "run",
    ...[
      "layout",
      "leftovers",
      "prune",
      "shared",
      "reuse",
      "adopt",
      "writable",
      "base",
      "rest",
      "reading",
      "receive",
      "dedupe",
      "prepare",
      "place",
      "main",
    ].map((part) => `stage/${part}`),
  ],
  inspect: ["protocol", "places", "records", "manifest", "state", "inspect"],
  step: ["protocol", "places", "switch/time", "switch/journal", "switch/ask", "history", "limit", "run", "step"],
  remove: [
    "protocol",
    "places",
    "records",
    "manifest",
    "switch/journal",
    "switch/glance",
    "switch/workers",
    "keep",
    "remove",
  ],
  hostPackages: hostStep("packages"),
  hostUser: hostStep("user"),
  hostDirectories: hostStep("directories"),
  hostPlaceholder: hostStep("placeholder"),
  hostSudo: hostStep("ours", "sudo"),
  hostOpcacheSettings: hostStep("ours", "loaded", "opcacheSettings"),
  hostEndpoint: nginxStep("nginxOthers", "endpoint"),
  hostKeepalive: nginxStep("keepalive"),
  hostServerBlock: nginxStep("nginxOthers", "serverBlock"),
};

/** What php-fpm runs there. */
export const php = { opcache: ["main", "state", "invalidate", "survey", "compile"].map((part) => `opcache/${part}`) };

/** What hosts run besides, as it is. */
export const programs = ["pipe/pipe.pl", "pipe/pipe.py", "pipe/pipe.php"];
