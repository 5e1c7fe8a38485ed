import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { OpcacheReport, PlaceReport } from "../../../provider/opcache/clear.ts";
import { reloadWarning, describe as report, switchWarnings } from "../../../provider/switch/report.ts";
import { switchPlanOf } from "../../support/switchPlan.ts";

const plan = switchPlanOf("44", {
  beforeSteps: ["migrate", "seed"].map((name) => ({
    ...({ deployPath: "/srv", version: "44", name, when: "before", runOn: "deploy", timeout: 600 } as const),
    ...{ command: "true", onRestore: "true" },
  })),
});
const untouched = { warm: undefined, cleared: undefined };
const uncounted = { warm: "left alone", opcache: "left alone", warmed: 0, warmSkipped: 0, invalidated: 0 };
const none = { smoke: undefined, probe: undefined };
const answer = (outcome: string, facts: Record<string, string> = {}) => ({
  outcome,
  facts: new Map(Object.entries(facts)),
  texts: new Map<string, string[]>(),
});

describe("The report of a switch", () => {
  it("counts what was done", () => {
    const smoke = { outcome: "passed", status: 200, seconds: 0.01 } as const;
    const probe = {
      ok: true,
      requests: 3,
      good: 3,
      seconds: 1,
      observed: "GET / answered well",
      expected: "",
      last: "",
    };
    const place = { place: "/run/php/x.sock", state: "cleared", invalidated: 12 } as const;
    const cleared = { policy: "invalidate", ok: true, places: [place] } as const;
    const opcache = { warm: undefined, cleared };
    assert.deepEqual(report(plan, answer("switched", { drained: "yes" }), { smoke, probe }, opcache, 0.4567), {
      status: "switched",
      reloads: 1,
      smoke: "answered 200",
      probe: "GET / answered well",
      probes: 3,
      drain: "drained",
      ...uncounted,
      opcache: "invalidate: 12 scripts, cleared",
      invalidated: 12,
      seconds: 0.46,
    });
  });

  it("says that nothing was to be done, and that no reload was", () => {
    assert.deepEqual(report(plan, answer("unchanged"), none, untouched, 0.05), {
      status: "unchanged",
      reloads: 0,
      smoke: "not tried",
      probe: "not asked",
      probes: 0,
      drain: "nothing to drain",
      ...uncounted,
      seconds: 0.05,
    });
  });

  it("says by which way the host was reached, where sshd forwards nothing", () => {
    const detour = "through perl on the host, since sshd forbids forwarding";
    const smoke = { outcome: "passed", status: 200, seconds: 0.01, detour } as const;
    const words = { observed: "GET /up answered well", expected: "200", last: "200: up" };
    const told = report(
      plan,
      answer("switched"),
      { smoke, probe: { ok: true, requests: 1, good: 1, seconds: 1, ...words, detour } },
      untouched,
      1,
    );
    assert.deepEqual([told.smoke, told.probe], [`answered 200, ${detour}`, `GET /up answered well, ${detour}`]);
  });

  it("counts no reload, and no drain, where nginx follows current", () => {
    const { reloads, drain } = report(
      { strategy: "symlink" },
      answer("switched", { drained: "unknown" }),
      none,
      untouched,
      1,
    );
    assert.deepEqual(
      [reloads, drain],
      [0, "unknown: without a reload nobody can see which requests still use the old version"],
    );
  });

  it("claims no drain that it did not see", () => {
    const drain = (facts: Record<string, string>) => report(plan, answer("switched", facts), none, untouched, 1).drain;
    assert.equal(drain({ drained: "no" }), "draining");
    assert.equal(drain({}), "unknown: the connection was lost after the commit");
    assert.equal(drain({ drained: "yes", assumed: "yes" }), "drained, assumed: other users' processes are hidden");
  });
});

describe("The warnings of a switch", () => {
  it("tell what a trace of current could not see", () => {
    const of = (untraced: string | undefined, unseen?: string) =>
      switchWarnings(
        switchPlanOf("44"),
        answer("switched", untraced === undefined ? {} : { untraced }),
        { ...none, trace: unseen === undefined ? {} : { unseen } },
        untouched,
      );
    assert.deepEqual(of(undefined), []);
    assert.match(
      of("44").join(),
      /^That requests resolve through \/var\/www\/example\.com\/current is not proved yet, since 44 was live/,
    );
    assert.match(
      of("/r/44/public").join(),
      /^Whether requests resolve .* may not write into \/r\/44\/public: the next switch tries again$/,
    );
    assert.match(
      of(undefined, "GET /x.php answered 404").join(),
      /^Whether PHP gets the real path could not be seen \(GET \/x\.php answered 404\)/,
    );
  });

  it("name another owner, an interrupted switch, and a release that was not tried", () => {
    const smoke = { outcome: "unreachable", why: "no socket", next: "Grant it" } as const;
    const owner = '{"id":"1","stack":"a/b","resource":"web","since":"2026"}';
    const facts = { "took-over": owner, recovered: "restored 41 after an interrupted switch to 42", drained: "no" };
    assert.deepEqual(switchWarnings(plan, answer("switched", facts), { smoke, probe: undefined }, untouched), [
      "The site was taken over from web of stack a/b since 2026",
      "An interrupted switch was found: restored 41 after an interrupted switch to 42",
      "The release was not tried before the switch: no socket. Grant it",
      "Old nginx workers still finish requests; the release they serve is kept",
    ]);
  });

  it("say once why a pool cannot be reached, though smoke and opcache both needed it", () => {
    const smoke = { outcome: "unreachable", why: "no right", next: "Grant it" } as const;
    const refused = { place: "/a.sock", state: "failed", invalidated: 0, note: "no right. Grant it" } as const;
    const cleared = (places: readonly PlaceReport[], why: string) =>
      ({ policy: "invalidate", ok: false, why, places }) as const;
    const told = (report: OpcacheReport) =>
      switchWarnings(plan, answer("switched"), { smoke, probe: undefined }, { warm: undefined, cleared: report });
    const untried = "The release was not tried before the switch: no right. Grant it";
    assert.deepEqual(told(cleared([refused], "/a.sock: no right. Grant it")), [untried]);
    const down = { ...refused, place: "/b.sock", note: "nobody listens" };
    const both = "/a.sock: no right. Grant it; /b.sock: nobody listens";
    assert.deepEqual(told(cleared([refused, down], both)), [untried, "opcache: /b.sock: nobody listens"]);
  });

  it("name the steps that ran for versions which did not go live", () => {
    const ran = ["44.migrate", "43.migrate", "42.1.seed", "43.other", "migrate"];
    const told = { ...answer("switched", { drained: "yes" }), texts: new Map([["step-ran", ran]]) };
    assert.deepEqual(switchWarnings(plan, told, none, untouched), [
      "Step migrate ran for 43, which did not go live: its onRestore did not run, and what it did stays done",
      "Step seed ran for 42.1, which did not go live: its onRestore did not run, and what it did stays done",
    ]);
  });

  it("tell what a reload costs only of an nginx that has no cure", () => {
    assert.match(reloadWarning("nginx version: nginx/1.26.3 (Debian)") ?? "", /^nginx 1\.26\.3 closes idle/);
    assert.equal(reloadWarning("nginx version: nginx/1.27.4"), undefined);
    assert.equal(reloadWarning("nginx version: nginx/1.30.6"), undefined);
    assert.equal(reloadWarning(""), undefined);
  });
});
