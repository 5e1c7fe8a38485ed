import { equal } from "node:assert/strict";
import { test } from "node:test";
import { type Paint, plain, together, wrap } from "../../../provider/cli/layout.ts";
import { historyOf, statusOf } from "../../../provider/cli/observed.ts";
import { renderHistory } from "../../../provider/cli/renderHistory.ts";
import { renderStatus } from "../../../provider/cli/renderStatus.ts";
import { age } from "../../../provider/cli/time.ts";
import { entry, healthyJournal, type Said, siteFacts } from "../../support/siteFacts.ts";

const asked = { host: "web1", deployPath: "/s" };

function status(changes: Said = {}, journal?: readonly string[], paint: Paint = plain): string {
  return renderStatus(statusOf(siteFacts(changes, journal), asked), paint);
}

test("A site that is well is told on one screen", () => {
  equal(
    status(),
    `/s on web1

live      42 since 2026-01-01 10:00:03Z (26 h ago), by alice@ci
previous  41, which a rollback goes to
include   root_dir.nginx.conf names 42; the running workers have read it
current   releases/42
lock      free
owner     example.com of stack shop/prod since 2025-12-01 08:00:00Z
releases  version  state     since                 user
          41       complete  2025-12-31 10:00:00Z  deploy  previous
          42       complete  2026-01-01 10:00:00Z  deploy  live

All is as it should be.
`,
  );
});

const failed = [
  entry("11:00:00", "c", "locked", { to: "43" }),
  entry("11:00:01", "c", "switching", { from: "42", to: "43", before: "/s/releases/42/public" }),
  entry("11:00:07", "c", "restored", { from: "43", to: "42", reason: "probe-failed" }),
];

test("A failed switch, workers that drain, an upload and Deployer's lock are told beside what is live", () => {
  equal(
    status(
      {
        draining: ["2026-01-02T11:58:00Z 7 40", "2026-01-02T11:58:00Z 7 41"],
        leaving: " 8 ",
        upload: ["1767355140 deploy held 43", "1767355140 deploy left "],
        deployer: "1767355140 runner@ci",
      },
      [...healthyJournal, ...failed],
    ),
    `/s on web1

live      42 since 2026-01-01 10:00:03Z (26 h ago), by alice@ci
previous  41, which a rollback goes to
include   root_dir.nginx.conf names 42; the running workers have read it
current   releases/42
switch    last: 42 -> 43 by alice@ci at 2026-01-01 11:00:00Z (25 h ago):
          restored 42: the probe failed
lock      free
          Deployer holds .dep/deploy.lock since 2026-01-02 11:59:00Z (60 s ago)
          (runner@ci); a switch waits for it
draining  worker 7 since 2026-01-02 11:58:00Z (2 min ago), holds 40 and 41
          worker 8 left by a reload of somebody else's
owner     example.com of stack shop/prod since 2025-12-01 08:00:00Z
uploads   deploy puts release 43 there since 2026-01-02 11:59:00Z (60 s ago)
          what deploy sent of a release until 2026-01-02 11:59:00Z (60 s ago):
          nobody is at work on it
releases  version  state     since                 user
          41       complete  2025-12-31 10:00:00Z  deploy  previous, draining
          42       complete  2026-01-01 10:00:00Z  deploy  live

All is as it should be.
`,
  );
});

const switching = [...healthyJournal, ...failed.slice(0, 2)];

test("A switch that goes on is told with who, where to and how far", () => {
  equal(
    status(
      { lock: "held", root: "/s/releases/43/public", workers: "unwitnessed", "pending-edits": "unknown" },
      switching,
    ),
    `/s on web1

live      43, which no switch has committed; committed last: 42 since
          2026-01-01 10:00:03Z (26 h ago), by alice@ci
previous  41, which a rollback goes to
include   root_dir.nginx.conf names 43; no proof that the running workers have
          read it
current   releases/42
switch    42 -> 43 by alice@ci goes on since 2026-01-01 11:00:00Z (25 h ago), at
          "switching"
lock      held by alice@ci
owner     example.com of stack shop/prod since 2025-12-01 08:00:00Z
releases  version  state     since                 user
          41       complete  2025-12-31 10:00:00Z  deploy  previous
          42       complete  2026-01-01 10:00:00Z  deploy

A switch goes on.
Not seen by this login:
- edits of nginx's configuration that wait for a reload
`,
  );
});

test("An interrupted switch is told with what the next run does", () => {
  const [start = "", end = ""] = [failed[1], failed[1]];
  equal(
    status({ root: "/s/releases/43/public", unfinished: [end, start] }, switching)
      .split("\n")
      .slice(7, 11)
      .join("\n"),
    `switch    42 -> 43 by alice@ci is unfinished: the last that it wrote was
          "switching" at 2026-01-01 11:00:01Z (25 h ago). The next run to 43
          finishes it; one to another version first restores 42
lock      free`,
  );
});

test("A release whose last switch came to no good, and one that another tool made, look like no other", () => {
  const made = (day: number, version: string) => `${1767225600 + day * 86400} deploy directory|./${version}`;
  const told = (journal: readonly string[], changes: Said = {}) =>
    status({ release: ["42", "43", "44", "7"].map((version, day) => made(day, version)), ...changes }, journal)
      .split("\n")
      .filter((line) => /^(releases| {10}\d+ )/.test(line))
      .join("\n");
  const manifest = ["1767225600 7 5000 42", "1767312000 7 5000 43", "1767398400 7 5000 44"];
  const smoked = [
    entry("12:00:00", "d", "locked", { to: "44" }),
    entry("12:00:02", "d", "failed", { to: "44", reason: "smoke-failed" }),
  ];
  equal(
    told([...healthyJournal, ...failed, ...smoked], { manifest }),
    `releases  version  state            since                 user
          42       complete         2026-01-01 00:00:00Z  deploy  live
          43       complete         2026-01-02 00:00:00Z  deploy  last switch failed
          44       complete         2026-01-03 00:00:00Z  deploy  last switch failed
          7        by another tool  2026-01-04 00:00:00Z  deploy`,
  );
  const interrupted = told(switching, { manifest, root: "/s/releases/43/public" }).split("\n")[2] ?? "";
  equal(interrupted.endsWith("deploy  live, last switch interrupted"), true, interrupted);
});

test("An include that nginx's configuration has no more is told with the line to put back, whole", () => {
  const block = "/etc/nginx/sites-enabled/example.com";
  const lost = { workers: "unwitnessed", "lost-name": block, "named-then": block };
  const text = status({ ...lost, "include-named": "/var/www/example.com/root_dir.nginx.conf" });
  equal(text.split("\n")[4], `include   root_dir.nginx.conf names 42; ${block}`);
  equal(
    text.slice(text.indexOf("Not as")),
    `Not as it should be:
- nginx's configuration names the include no more:
  /etc/nginx/sites-enabled/example.com did when the site was switched last
  next: Put "include /var/www/example.com/root_dir.nginx.conf;" and
        "root $root_dir;" back into the site's server block; then, as root:
        "nginx -t && systemctl reload nginx.service"
`,
  );
});

test("What is wrong comes last, with the next thing to do", () => {
  equal(
    status({
      place: "site",
      live: "",
      previous: "",
      since: "",
      current: "",
      owner: "",
      lock: "held",
      workers: "not-running",
      root: "/s/.site-release/empty",
      release: [],
    }),
    `/s on web1

live      none
previous  none: there is nothing to roll back to
include   root_dir.nginx.conf names the placeholder; nginx does not run
current   no link
switch    last: 41 -> 42 by alice@ci at 2026-01-01 10:00:00Z (26 h ago):
          switched
lock      held by somebody who has not said who (fuser -v /s)
owner     none

Not as it should be:
- nginx does not run, or its pid file is another one
  next: As root: systemctl start nginx.service; if it runs: --pid-file <path>
`,
  );
  equal(
    status({ place: "empty", release: [] }),
    "/s on web1\n\nNot as it should be:\n- /s is empty: nothing was released there yet\n  next: pulumi up\n",
  );
});

test("A history is one line a switch, newest last", () => {
  const lines = [
    ...healthyJournal,
    ...failed,
    entry("12:00:00", "d", "locked", { to: "44" }),
    entry("12:00:02", "d", "failed", { to: "44", reason: "smoke-failed" }),
    entry("13:00:00", "e", "locked", { to: "45" }),
    entry("13:00:01", "e", "switching", { from: "42", to: "45", before: "/s/releases/42/public" }),
    entry("13:00:09", "f", "unrestored", { from: "45", to: "42", reason: "cannot write /s/x" }),
    entry("13:01:00", "g", "restored", { from: "45", to: "42", reason: "interrupted" }),
    entry("13:01:01", "g", "locked", { to: "42" }),
    entry("13:01:01", "g", "unchanged", { to: "42" }),
    entry("14:00:00", "h", "locked", { to: "46" }),
  ];
  equal(
    renderHistory(historyOf(siteFacts({ lock: "held" }, lines), asked, 20), plain),
    `2026-01-01 10:00:00Z  alice@ci  41 -> 42  3 s  switched
2026-01-01 11:00:00Z  alice@ci  42 -> 43  7 s  restored 42: the probe failed
2026-01-01 12:00:00Z  alice@ci  42 -> 44  2 s  failed: the release did not pass smoke
2026-01-01 13:00:00Z  alice@ci  42 -> 45  -    restore failed: cannot write /s/x; alice@ci restored 42
2026-01-01 13:01:01Z  alice@ci  42 -> 42  0 s  unchanged
2026-01-01 14:00:00Z  alice@ci  42 -> 46  -    goes on
`,
  );
  equal(renderHistory(historyOf(siteFacts({}, []), asked, 20), plain), "No switch of /s on web1 yet.\n");
  equal(
    renderHistory(historyOf(siteFacts({ place: "foreign" }, []), asked, 20), plain),
    "- /s is no site: it has neither releases/ nor .site-release/\n  next: Check the path: it is the resource's deployPath\n",
  );
});

test("Colours change nothing but the colours", () => {
  const paint: Paint = (mark, text) => `<${mark}>${text}</${mark}>`;
  const without = (text: string) => text.replace(/<\/?(good|bad|odd|key)>/g, "");
  equal(without(status({ current: "" }, undefined, paint)), status({ current: "" }));
  equal(status({ current: "" }, undefined, paint).includes("<bad>- `current` is no link</bad>"), true);
});

test("Lines are as long as 80 columns allow, and a long word is not broken", () => {
  const word = "x".repeat(100);
  equal(wrap(`a ${word} b`, "> ", "  ").join("\n"), `> a\n  ${word}\n  b`);
  const line = `${"a ".repeat(38)}bb`;
  equal(wrap(`${line} c`, "> ", "  ").join("\n"), `> ${line}\n  c`);
});

test("What belongs together is not torn apart: a command in quotes, a version and what became of it", () => {
  const before = "a ".repeat(36);
  equal(wrap(`${before}"b c d", "`, "> ", "  ").join("\n"), `> ${before.trim()}\n  "b c d", "`);
  equal(wrap(`${before}${together("b c d e")}`, "> ", "  ").join("\n"), `> ${before.trim()}\n  b c d e`);
});

test("An age is told in the largest unit that says enough", () => {
  const now = "2026-01-02T12:00:00Z";
  const ages = [
    "2026-01-02T12:00:05Z",
    "2026-01-02T11:58:21Z",
    "2026-01-02T11:00:00Z",
    "2026-01-01T12:00:00Z",
    "2025-12-01T12:00:00Z",
    "?",
  ];
  equal(ages.map((time) => age(time, now)).join(", "), "0 s, 99 s, 60 min, 24 h, 32 days, ");
});
