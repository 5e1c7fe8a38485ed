import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { switchError } from "../../../provider/switch/failures.ts";
import { ownerName } from "../../../provider/switch/owner.ts";
import { switchPlanOf } from "../../support/switchPlan.ts";

interface Case {
  readonly facts?: Record<string, string>;
  readonly texts?: Record<string, readonly string[]>;
  readonly seen?: { observed: string; expected?: string; next?: string };
}

function error(reason: string, detail: string, { facts = {}, texts = {}, seen }: Case = {}) {
  return switchError({
    plan: switchPlanOf("43"),
    answer: {
      failure: { reason, detail },
      facts: new Map(Object.entries(facts)),
      texts: new Map(Object.entries(texts)),
    },
    host: "web1",
    user: "deploy",
    ...(seen !== undefined && { seen }),
  });
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
    const { reason, message } = error("workers-died", "reload", { facts: { "restore-failed": "workers-died" } });
    assert.equal(reason, "restore-failed");
    assert.equal(
      message,
      "Cannot switch example.com to 43 on web1: the new nginx workers died at their start; the restore failed too (workers-died). See nginx's error log for lines with [alert] and [emerg]. Look at once: ssh deploy@web1; cat /var/www/example.com/root_dir.nginx.conf; sudo nginx -t && sudo systemctl reload nginx.service",
    );
  });

  it("names the files of pending edits", () => {
    const { message } = error("pending-edits", "", { texts: { "pending-edit": ["/etc/nginx/nginx.conf"] } });
    assert.equal(
      message,
      "Cannot switch example.com to 43 on web1: edits that nobody has reloaded would go live with ours: /etc/nginx/nginx.conf. Have them tested and reloaded, or set `allowPendingEdits: true`",
    );
  });

  it("shows nothing that could steer a terminal", () => {
    const { message } = error("test-red-after", "nginx -t", { texts: { "nginx-test": ["[emerg] \u001b[31mred"] } });
    assert.match(message, /\[emerg\] \?\[31mred/);
  });
});

describe("ownerName", () => {
  it("reads the owner file's one line", () => {
    const line = '{"id":"1","stack":"shop/prod","resource":"web","since":"2026-11-23T10:31:04Z"}';
    assert.equal(ownerName(line), "web of stack shop/prod since 2026-11-23T10:31:04Z");
  });
});
