import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { entriesOf, errorLogWords } from "../../../provider/switch/errorLog.ts";
import { switchPlanOf } from "../../support/switchPlan.ts";

const at = "2026/11/28 22:14:03";
const request = (host: string) =>
  `, client: 127.0.0.1, server: example.com, request: "GET /up HTTP/1.1", host: "${host}"`;
const failed = (facts: Record<string, string>, lines: string[] = []) => ({
  plan: switchPlanOf("43"),
  user: "deploy",
  answer: {
    failure: { reason: "probe-failed", detail: "probe" },
    facts: new Map(Object.entries(facts)),
    texts: new Map([["error-log", lines]]),
  },
});

describe("The entries of nginx's error log", () => {
  it("are those of the site, PHP's lines with theirs, and those of no request", () => {
    const lines = [
      "the end of an older one",
      `${at} [error] 7#7: *1 open() "/x" failed${request("other.example")}`,
      `${at} [error] 7#7: *2 FastCGI sent in stderr: "PHP message: PHP Fatal error:  Uncaught Error: x in /r/a.php:1`,
      "Stack trace:",
      `#0 {main}" while reading response header from upstream${request("EXAMPLE.com")}`,
      `${at} [alert] 6#6: worker process 8 exited on signal 11`,
    ];
    assert.deepEqual(entriesOf(lines, "example.com"), [`${lines[2]}\\n${lines[3]}\\n${lines[4]}`, lines[5]]);
  });

  it("are each kind once, by its newest, five at most", () => {
    const refused = (connection: number, host = "example.com") =>
      `${at} [error] 7#7: *${connection} connect() failed (111: Connection refused)${request(host)}`;
    const others = ["a", "b", "c", "d"].map((name) => `${at} [alert] 6#6: ${name}`);
    assert.deepEqual(entriesOf([refused(1), ...others, refused(2)], "example.com"), [...others, refused(2)]);
    const six = [refused(1), ...others, refused(2), `${at} [alert] 6#6: e`];
    assert.deepEqual(entriesOf(six, "example.com"), [...others.slice(1), refused(2), `${at} [alert] 6#6: e`]);
  });

  it("leave out what nginx tells of a reload, and are short and plain", () => {
    const long = `${at} [error] 7#7: \u001b[31m${"x".repeat(1000)}`;
    const [entry = "", ...rest] = entriesOf([`${at} [notice] 6#6: reconfiguring`, long], "example.com");
    assert.deepEqual([entry.length < 520, entry.includes("\\u{1b}[31m"), rest], [true, true, []]);
  });
});

describe("The words on nginx's error log", () => {
  it("are its entries, each on a line", () => {
    const lines = [`${at} [alert] 6#6: one`, `${at} [alert] 6#6: two`];
    assert.equal(
      errorLogWords(failed({}, lines)),
      `nginx's error log since the switch began:\n  ${lines[0]}\n  ${lines[1]}`,
    );
  });

  it("say how to see it where the login cannot, and which group grants it", () => {
    const hidden = { "error-log-hidden": "/var/log/nginx/error.log" };
    assert.equal(
      errorLogWords(failed(hidden)),
      "deploy may not read nginx's error log. As root: tail -n 20 /var/log/nginx/error.log",
    );
    assert.equal(
      errorLogWords(failed({ ...hidden, "error-log-group": "adm" })),
      "deploy may not read nginx's error log. As root: tail -n 20 /var/log/nginx/error.log; \"usermod --append --groups adm deploy\", or a SiteHost's logAccess, lets the next error show it",
    );
    assert.equal(errorLogWords(failed({})), undefined);
  });
});
