import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { guarded, PartialFailure } from "../../../provider/lifecycle/boundary.ts";
import { redactor } from "../../../provider/lifecycle/secrets.ts";

const KEY = "-----BEGIN KEY-----\nAAAAB3NzaC1yc2E\nxyz=\n-----END KEY-----\n";
const PROPS = {
  connection: { host: "web1", password: "pass", proxy: { privateKey: KEY, privateKeyPassword: "password" } },
};

test("redactor takes every secret out, whole or by its lines, and the longer one first", () => {
  const redact = redactor(PROPS, {}, { connection: "not an object" });
  equal(redact(`pass password ${KEY} AAAAB3NzaC1yc2E web1`), "[secret] [secret] [secret] [secret] web1");
});

test("redactor takes out the start of a secret that an excerpt was cut in", () => {
  const redact = redactor({ probe: { headers: { Authorization: "Bearer 0123456789abc" } } });
  equal(
    redact("(500: Bearer 012345678…; Bearer 0123456789abc) and (0123…; 012…; 0123)"),
    "(500: [secret]…; [secret]) and ([secret]…; 012…; 0123)",
  );
  // What it puts there is none of its own secrets' start for ever.
  equal(redactor({ probe: { headers: { "X-Token": "cret]abcdef" } } })("a cret]ab… z"), "a [se[secret]… z");
});

test("redactor takes out a secret whose blanks a page's text made one each", () => {
  const redact = redactor({ probe: { headers: { "X-Token": "two  blanks here" } } });
  equal(redact("two  blanks here; two blanks here"), "[secret]; [secret]");
});

test("redactor takes the values of headers out, with a scheme and without, but no short word", () => {
  const headers = { Authorization: "Bearer 0123456789abc", "X-Version": "42" };
  const redact = redactor(
    { probe: { headers }, smoke: { headers: { Cookie: "session=abcdef" } } },
    { probe: "unknown" },
  );
  equal(
    redact("sent Bearer 0123456789abc, 0123456789abc, session=abcdef and 42"),
    "sent [secret], [secret], [secret] and 42",
  );
});

test("guarded lets an error out without secrets and without a stack", async () => {
  const work = guarded(redactor(PROPS), () => Promise.reject(new TypeError("bad pass")));
  await rejects(work, (error: Error) => {
    deepEqual([error.message, error.stack], ["bad [secret]", ""]);
    return true;
  });
});

test("A partial failure keeps what the engine must record, with the provider's text", async () => {
  const failure = new PartialFailure("id", { __provider: "text" }, { version: "42" }, "lost pass");
  await rejects(
    guarded(redactor(PROPS), () => Promise.reject(failure)),
    (error: PartialFailure) => {
      deepEqual(
        [error.id, error.properties, error.reasons, error.message],
        ["id", { version: "42", __provider: "text" }, ["lost [secret]"], "lost [secret]"],
      );
      return true;
    },
  );
});
