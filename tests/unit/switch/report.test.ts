import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { OpcacheReport, PlaceReport } from "../../../provider/opcache/clear.ts";
import { reloadWarning, describe as report, switchWarnings } from "../../../provider/switch/report.ts";

const none = { smoke: undefined, probe: undefined };
const answer = (outcome: string, facts: Record<string, string> = {}) => ({
  outcome,
  facts: new Map(Object.entries(facts)),
  texts: new Map<string, string[]>(),
});

describe("The report of a switch", () => {
  it("counts what was done", () => {
    const smoke = { outcome: "passed", status: 200, seconds: 0.01 } as const;
    const probe = { ok: true, requests: 3, good: 3, seconds: 1, observed: "", expected: "", last: "" };
    const place = { place: "/run/php/x.sock", state: "cleared", invalidated: 12 } as const;
    const cleared = { policy: "invalidate", ok: true, places: [place] } as const;
    assert.deepEqual(report(answer("switched", { drained: "yes" }), { smoke, probe }, cleared, 0.4567), {
      status: "switched",
      reloads: 1,
      smoke: "answered 200",
      probes: 3,
      drain: "drained",
      opcache: "invalidate: 12 scripts, cleared",
      seconds: 0.46,
    });
  });

  it("says that nothing was to be done, and that no reload was", () => {
    assert.deepEqual(report(answer("unchanged"), none, undefined, 0.05), {
      status: "unchanged",
      reloads: 0,
      smoke: "not tried",
      probes: 0,
      drain: "nothing to drain",
      opcache: "left alone",
      seconds: 0.05,
    });
  });

  it("claims no drain that it did not see", () => {
    const drain = (facts: Record<string, string>) => report(answer("switched", facts), none, undefined, 1).drain;
    assert.equal(drain({ drained: "no" }), "draining");
    assert.equal(drain({}), "unknown: the connection was lost after the commit");
    assert.equal(drain({ drained: "yes", assumed: "yes" }), "drained, assumed: other users' processes are hidden");
  });
});

describe("The warnings of a switch", () => {
  it("name another owner, an interrupted switch, and a release that was not tried", () => {
    const smoke = { outcome: "unreachable", why: "no socket", next: "Grant it" } as const;
    const owner = '{"id":"1","stack":"a/b","resource":"web","since":"2026"}';
    const facts = { "took-over": owner, recovered: "restored 41 after an interrupted switch to 42", drained: "no" };
    assert.deepEqual(switchWarnings(answer("switched", facts), { smoke, probe: undefined }, undefined), [
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
    const told = (opcache: OpcacheReport) => switchWarnings(answer("switched"), { smoke, probe: undefined }, opcache);
    const untried = "The release was not tried before the switch: no right. Grant it";
    assert.deepEqual(told(cleared([refused], "/a.sock: no right. Grant it")), [untried]);
    const down = { ...refused, place: "/b.sock", note: "nobody listens" };
    const both = "/a.sock: no right. Grant it; /b.sock: nobody listens";
    assert.deepEqual(told(cleared([refused, down], both)), [untried, `opcache: ${both}`]);
  });

  it("tell what a reload costs only of an nginx that has no cure", () => {
    assert.match(reloadWarning("nginx version: nginx/1.26.3 (Debian)") ?? "", /^nginx 1\.26\.3 closes idle/);
    assert.equal(reloadWarning("nginx version: nginx/1.27.4"), undefined);
    assert.equal(reloadWarning("nginx version: nginx/1.30.6"), undefined);
    assert.equal(reloadWarning(""), undefined);
  });
});
