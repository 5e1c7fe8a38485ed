import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { SiteReleaseError } from "../../provider/errors.ts";

test("An error shows its lines, and no control character that a host, a file's name or PHP put into its words", () => {
  const error = new SiteReleaseError("a\u001b", {
    action: "put \u001b[2J in place",
    host: "web1",
    observed: 'sshd says "\u009b2J"',
    next: "Put these lines there:\n\tone\r",
  });
  equal(error.message, 'Cannot put ?[2J in place on web1: sshd says "?2J". Put these lines there:\n\tone?');
  equal(error.reason, "a?");
  deepEqual(error.failure, {
    action: "put ?[2J in place",
    host: "web1",
    observed: 'sshd says "?2J"',
    next: "Put these lines there:\n\tone?",
  });
});
