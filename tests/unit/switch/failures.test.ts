import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isRestored, switchError } from "../../../provider/switch/failures.ts";
import { ownerName } from "../../../provider/switch/owner.ts";
import { failedSwitch } from "../../support/failedSwitch.ts";
import { switchPlanOf } from "../../support/switchPlan.ts";

interface Case {
  readonly facts?: Record<string, string>;
  readonly texts?: Record<string, readonly string[]>;
  readonly strategy?: "include" | "symlink";
  readonly seen?: { observed: string; expected?: string; next?: string };
}

function error(reason: string, detail: string, { facts = {}, texts = {}, strategy = "include", seen }: Case = {}) {
  return switchError(failedSwitch({ reason, detail, facts, texts, seen }, { strategy }));
}

const base = "/var/www/example.com";

describe("The error of a failed switch", () => {
  it("says what the probe saw, what was expected, and which version is back", () => {
    const seen = { observed: "GET /up answered 502 for 30 s", expected: "200" };
    const { reason, message } = error("probe-failed", "probe", {
      facts: { restored: `${base}/releases/42/public` },
      seen,
    });
    assert.equal(reason, "probe-failed");
    assert.equal(
      message,
      "Cannot switch example.com to 43 on web1: GET /up answered 502 for 30 s, expected 200; restored 42",
    );
  });

  it("says that what was live stays so, where nothing was changed yet", () => {
    const { message } = error("smoke-failed", "smoke", {
      facts: { live: "42" },
      seen: { observed: "GET / answered 500", expected: "a status below 500" },
    });
    assert.equal(
      message,
      "Cannot switch example.com to 43 on web1: GET / answered 500, expected a status below 500; 42 stays live",
    );
  });

  it("speaks of current where nginx follows it", () => {
    const strategy = "symlink";
    const told = (reason: string, facts: Record<string, string>) => error(reason, "", { strategy, facts }).message;
    assert.equal(
      told("current-moved", { restored: "verbatim" }),
      `Cannot switch example.com to 43 on web1: somebody moved ${base}/current while the new version was probed; ` +
        'restored current as it was. Let one tool switch the site, and run "pulumi up" again',
    );
    assert.match(
      told("current-unused", { restored: `${base}/releases/43/public` }),
      /: requests do not resolve through \/var\/www\/example\.com\/current: 43 was live already, .*; restored 43\. Put these lines/,
    );
    assert.equal(
      told("disk-full", { restored: `${base}/.site-release/empty` }),
      "Cannot switch example.com to 43 on web1: no room or no right to write (); pointed current at the placeholder. " +
        "Make room and try again. No earlier version: the site answers 404 until a healthy one is released",
    );
    assert.equal(
      told("signalled", {
        "restore-failed": `cannot move ${base}/current`,
        "left-current": "releases/43",
        "served-before": "releases/42",
      }),
      `Cannot switch example.com to 43 on web1: it was interrupted (); the restore failed too (cannot move ${base}/current), so that now ${base}/current points at releases/43. Run "pulumi up" again. ` +
        `Type next, on web1: (1) df -h ${base}; ls -ld ${base} ${base}/current, and mend what it shows; (2) ln -sfn releases/42 ${base}/current; and here: (3) pulumi up`,
    );
  });

  it("does not speak of the placeholder where nginx reads no include", () => {
    const { message } = error("include-unread", `${base}/root_dir.nginx.conf`, {
      facts: { restored: `${base}/.site-release/empty` },
    });
    assert.match(
      message,
      /; wrote the placeholder include\. Put them there .*, and reload nginx\. What nginx serves is as it was$/,
    );
  });

  it("tells that nothing but the placeholder was there to come back to", () => {
    const { message } = error("probe-failed", "probe", {
      facts: { restored: `${base}/.site-release/empty` },
      seen: { observed: "GET / answered 500 for 5 s" },
    });
    assert.equal(
      message,
      "Cannot switch example.com to 43 on web1: GET / answered 500 for 5 s; wrote the placeholder include. No earlier version: the site answers 404 until a healthy one is released",
    );
  });

  it("gives the exact sudoers lines when sudo wants a password", () => {
    const { reason, message } = error("test-red-before", "sudo --non-interactive nginx -t", {
      texts: { "nginx-test": ["sudo: a password is required"] },
    });
    assert.equal(reason, "no-sudo-right");
    assert.equal(
      message,
      'Cannot switch example.com to 43 on web1: deploy may not run "sudo --non-interactive nginx -t" without a password, expected the two sudo rights of the site\'s user. Put these lines into /etc/sudoers.d/site-release (visudo -f keeps its mode right):\ndeploy ALL=(root) NOPASSWD: /usr/sbin/nginx -t\ndeploy ALL=(root) NOPASSWD: /usr/bin/systemctl reload nginx.service',
    );
  });

  it("tells a stopped nginx from a refused reload by systemd's words", () => {
    const { message } = error("reload-refused", "sudo --non-interactive systemctl reload nginx.service", {
      facts: { restored: `${base}/releases/42/public` },
      texts: { reload: ["nginx.service is not active, cannot reload."] },
    });
    assert.equal(
      message,
      'Cannot switch example.com to 43 on web1: nginx is not running; restored 42. Start it as root ("systemctl start nginx.service"), then run "pulumi up" again; the configuration is tested, and its include names 42. If it runs, `nginx.pidFile` must name its pid file',
    );
  });

  it("quotes nginx's alarm and leaves its warnings out", () => {
    const { message } = error("test-red-before", "sudo --non-interactive nginx -t", {
      texts: {
        "nginx-test": [
          '2026/11/23 10:00:00 [warn] 1#1: conflicting server name "a"',
          '2026/11/23 10:00:00 [emerg] 1#1: unexpected "}" in /etc/nginx/conf.d/x.conf:3',
          "nginx: configuration file /etc/nginx/nginx.conf test failed",
        ],
      },
    });
    assert.equal(
      message,
      'Cannot switch example.com to 43 on web1: the configuration was red before anything was changed (2026/11/23 10:00:00 [emerg] 1#1: unexpected "}" in /etc/nginx/conf.d/x.conf:3), expected "sudo --non-interactive nginx -t" green. Somebody\'s edit is pending: mend it, or a reboot would leave nginx down',
    );
  });

  it("says in what state a failed restore left the host, and what to type", () => {
    const { reason, message } = error("workers-died", "reload", {
      facts: {
        "restore-failed": "workers-died",
        "left-include": `${base}/releases/42/public`,
        "left-workers": "none",
      },
      texts: { "pending-edit": ["/etc/nginx/nginx.conf"] },
    });
    assert.equal(reason, "restore-failed");
    assert.equal(
      message,
      "Cannot switch example.com to 43 on web1: the new nginx workers died at their start, with edits that nobody had reloaded before: /etc/nginx/nginx.conf; " +
        "the restore failed too (workers-died), so that now the include names 42, and nginx's master runs without workers, so that the host serves nothing. " +
        "See nginx's error log for lines with [alert] and [emerg]. " +
        "Type next, as root on web1: (1) tail -n 20 /var/log/nginx/error.log, and mend what it shows; (2) nginx -t && systemctl reload nginx.service; and here: (3) pulumi up",
    );
  });

  const failedRestores = [
    {
      facts: { "restore-failed": "nginx -t is red", "left-workers": "new" },
      texts: { "restore-test": ['nginx: [emerg] unexpected "}" in /etc/nginx/x.conf:3', "nginx: test failed"] },
      says: 'the restore failed too (nginx -t is red: nginx: [emerg] unexpected "}" in /etc/nginx/x.conf:3), so that now the include names 42, and nginx\'s workers serve 43',
      first: "nginx -t",
      second: "nginx -t && systemctl reload nginx.service",
    },
    {
      facts: { "restore-failed": "nginx-stopped", "left-workers": "stopped" },
      says: "the restore failed too (nginx-stopped), so that now the include names 42, and nginx does not run, so that the host serves nothing",
      first: "tail -n 20 /var/log/nginx/error.log",
      second: "nginx -t && systemctl start nginx.service",
    },
    {
      facts: {
        "restore-failed": "cannot write x",
        "left-include": `${base}/releases/43/public`,
        "left-workers": "new",
      },
      says: "the restore failed too (cannot write x), so that now the include names 43, and nginx's workers serve 43",
      first: `df -h ${base}/root_dir.nginx.conf; ls -l ${base}/root_dir.nginx.conf`,
      second: "nginx -t && systemctl reload nginx.service",
    },
    {
      facts: {
        "restore-failed": "reload-refused",
        "left-include": `${base}/root_dir.nginx.conf`,
        "left-workers": "others",
      },
      texts: { "restore-reload": ["Job for nginx.service failed."] },
      says: "the restore failed too (reload-refused: Job for nginx.service failed.), so that now the include names no release, and what nginx's workers serve is not proved",
      first: "tail -n 20 /var/log/nginx/error.log",
      second: "nginx -t && systemctl reload nginx.service",
    },
  ];
  for (const { facts, texts, says, first, second } of failedRestores)
    it(`has the state and the commands that follow from it: ${facts["restore-failed"]}, ${facts["left-workers"]}`, () => {
      const { message } = error("probe-failed", "probe", {
        facts: { "left-include": `${base}/releases/42/public`, ...facts },
        ...(texts !== undefined && { texts }),
        seen: { observed: "GET / answered 500" },
      });
      assert.equal(
        message,
        `Cannot switch example.com to 43 on web1: GET / answered 500; ${says}. ` +
          `Type next, as root on web1: (1) ${first}, and mend what it shows; (2) ${second}; and here: (3) pulumi up`,
      );
    });

  it("tells a command that did not end, before the switch and after it, and one that could not be ended", () => {
    const next = "See what it waits for (a name that no DNS answers, a password, a disk), or raise `nginx.timeout`";
    assert.equal(
      error("test-late-before", "nginx -t", { facts: { live: "42" } }).message,
      `Cannot switch example.com to 43 on web1: "nginx -t" did not end within 60 s; 42 stays live. ${next}`,
    );
    assert.equal(
      error("test-late-after", "nginx -t", {
        facts: { "goes-on": "yes", restored: `${base}/releases/42/public`, untested: "nginx -t" },
      }).message,
      'Cannot switch example.com to 43 on web1: "nginx -t" did not end within 60 s, and goes on: deploy may not end what root runs; ' +
        `restored 42, untested, since "nginx -t" did not end either. ${next}`,
    );
    assert.equal(
      error("reload-late", "reload", { facts: { restored: `${base}/releases/42/public` } }).message,
      `Cannot switch example.com to 43 on web1: "reload" did not end within 60 s, and no new nginx worker came up; restored 42. ${next}`,
    );
  });

  it("names whom a stale pid file would have signalled, without what could steer a terminal", () => {
    assert.equal(
      error("pid-file-stranger", "812 sleep\u001b 60", { facts: { live: "42", "pid-file": "345" } }).message,
      "Cannot switch example.com to 43 on web1: /run/nginx.pid names process 812 (sleep  60), which is not nginx's master and would get the reload's signal; " +
        "42 stays live. As root: echo 345 >/run/nginx.pid; if nginx keeps its pid elsewhere, set `nginx.pidFile`",
    );
  });

  it("names the files of pending edits", () => {
    const { message } = error("pending-edits", "", { texts: { "pending-edit": ["/etc/nginx/nginx.conf"] } });
    assert.equal(
      message,
      "Cannot switch example.com to 43 on web1: edits that nobody has reloaded would go live with ours: /etc/nginx/nginx.conf. Have them tested and reloaded, or set `allowPendingEdits: true`",
    );
  });

  it("names a step that somebody undid in the meantime", () => {
    const { message } = error("step-undone", "migrate");
    assert.equal(
      message,
      'Cannot switch example.com to 43 on web1: step migrate was undone after an earlier switch to 43 failed, and has not run since. Run "pulumi up" again',
    );
  });

  it("ends with what nginx's error log has of it", () => {
    const line = "2026/11/28 22:14:03 [alert] 6#6: worker process 8 exited on signal 11";
    const { message } = error("probe-failed", "probe", {
      facts: { restored: `${base}/.site-release/empty` },
      texts: { "error-log": [line] },
      seen: { observed: "GET / answered 500 for 5 s" },
    });
    assert.match(
      message,
      /until a healthy one is released\nnginx's error log since the switch began:\n {2}2026.*signal 11$/,
    );
  });

  it("shows nothing that could steer a terminal", () => {
    const { message } = error("test-red-after", "nginx -t", { texts: { "nginx-test": ["[emerg] \u001b[31mred"] } });
    assert.match(message, /\[emerg\] \?\[31mred/);
  });
});

describe("isRestored", () => {
  const restored = (reason: string, facts: Record<string, string>): boolean =>
    isRestored({
      plan: switchPlanOf("43"),
      answer: { failure: { reason, detail: "" }, facts: new Map(Object.entries(facts)), texts: new Map() },
    });
  const root = `${base}/releases/42/public`;

  it("is what the host restored, the placeholder too", () => {
    assert.equal(restored("probe-failed", { live: "42", restored: root }), true);
    assert.equal(restored("workers-died", { restored: root }), true);
    assert.equal(restored("test-red-after", { restored: `${base}/.site-release/empty` }), true);
  });

  it("is what was seen in the workers and left alone", () => {
    assert.equal(restored("smoke-failed", { live: "42" }), true);
    assert.equal(restored("smoke-failed", { live: "" }), true);
  });

  it("is nothing that was not seen, or that may be the new version", () => {
    assert.equal(restored("smoke-failed", {}), false);
    assert.equal(restored("site-locked", {}), false);
    // An interrupted switch to it had got that far.
    assert.equal(restored("smoke-failed", { live: "43" }), false);
    assert.equal(restored("workers-died", { live: "42", "restore-failed": "workers-died" }), false);
    assert.equal(restored("nginx-not-running", { live: "42" }), false);
    assert.equal(restored("nginx-not-running", { restored: root }), false);
  });
});

describe("ownerName", () => {
  it("reads the owner file's one line", () => {
    const line = '{"id":"1","stack":"shop/prod","resource":"web","since":"2026-11-23T10:31:04Z"}';
    assert.equal(ownerName(line), "web of stack shop/prod since 2026-11-23T10:31:04Z");
  });
});
