import { equal } from "node:assert/strict";
import { test } from "node:test";
import { SiteReleaseError } from "../../../provider/errors.ts";
import type { Undone } from "../../../provider/step/undo.ts";
import { withUndone } from "../../../provider/switch/undone.ts";

const FAILED = new SiteReleaseError("probe-failed", {
  action: "switch example.com to 43",
  host: "web1",
  observed: "GET /up answered 502",
  expected: "200",
  done: "restored 42",
});

function told(undone: Undone | undefined, error = FAILED): string {
  const { reason, message } = withUndone(error, "43", undone);
  equal(reason, error.reason);
  return message;
}

const WHY = "Cannot switch example.com to 43 on web1: GET /up answered 502, expected 200; restored 42";

test("The error of the switch stays, and says what was undone", () => {
  equal(told({ ran: [], left: [] }), WHY);
  equal(
    told({ ran: ["seed", "migrate"], left: [] }),
    `${WHY}; onRestore of seed, migrate ran. The next \`pulumi up\` to 43 runs again what was undone`,
  );
});

test("A failing onRestore is told beside it, with what is left to a person", () => {
  const failed = { name: "migrate", observed: "it ended with exit code 3, and printed last: no such table" };
  equal(
    told({ ran: [], failed, left: [] }),
    `${WHY}; onRestore of migrate failed: it ended with exit code 3, and printed last: no such table. Look at what step migrate left, and undo it by hand if the site needs that. The next \`pulumi up\` to 43 runs again what was undone`,
  );
  equal(
    told({ ran: ["seed"], failed: { name: "migrate", observed: "no room", next: "Make some" }, left: ["backup"] }),
    `${WHY}; onRestore of seed ran; onRestore of migrate failed: no room; that of backup was not tried after it. Make some. Look at what step migrate left, and undo it by hand if the site needs that; what backup did stays done. The next \`pulumi up\` to 43 runs again what was undone`,
  );
});

test("Where nothing is proved nothing ran, and that is said before what the switch advises", () => {
  const lost = new SiteReleaseError("restore-failed", { action: "switch", observed: "it died", next: "Look at once" });
  equal(
    told(undefined, lost),
    "Cannot switch: it died; no onRestore ran, since it is not proved that an earlier version serves: what the steps before the switch did stays done. Look at once",
  );
});
