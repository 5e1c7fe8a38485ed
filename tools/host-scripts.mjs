// The scripts that run on hosts, and the files each is joined from, in this order. The last file of each starts it.
const site = ["time", "journal", "include", "test", "workers", "witness", "owner"].map((part) => `switch/${part}`);
const steps = [
  "lock",
  "ask",
  "deployer",
  "ready",
  "pending",
  "reading",
  "reload",
  "commit",
  "restore",
  "recover",
  "drain",
];

export const scripts = {
  switch: ["protocol", ...site, ...steps.map((part) => `switch/${part}`), "switch/main"],
  observe: ["protocol", ...site, "switch/observe"],
  leave: ["protocol", ...site, "switch/lock", "switch/leave"],
  pool: ["protocol", "pool"],
  stage: [
    "protocol",
    "places",
    "manifest",
    "switch/journal",
    "switch/workers",
    "keep",
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
      "receive",
      "prepare",
      "place",
      "main",
    ].map((part) => `stage/${part}`),
  ],
  inspect: ["protocol", "places", "manifest", "inspect"],
  step: ["protocol", "places", "switch/journal", "run", "step"],
  remove: ["protocol", "places", "manifest", "switch/journal", "switch/workers", "keep", "remove"],
};
