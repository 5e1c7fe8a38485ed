import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isBareReset, type OpcacheAnswer, type OpcacheStatus, parseAnswer } from "../../../provider/opcache/answer.ts";
import { judgeInvalidate } from "../../../provider/opcache/clear.ts";
import { isReset } from "../../../provider/opcache/reset.ts";
import { opcacheAnswer, opcacheStatus } from "../../support/opcache.ts";

const status = opcacheStatus();

describe("parseAnswer", () => {
  const line = JSON.stringify({
    nonce: "n1",
    php: "8.2.0",
    time: 2000,
    cache: "900-77-30",
    state: "on",
    before: status,
    invalidated: 5,
    left: 0,
    leftFirst: "",
    after: status,
  });

  it("finds the one line with the nonce", () => {
    assert.deepEqual(parseAnswer(`prepended\n${line}\nappended`, "n1"), opcacheAnswer());
    const steering = `{"nonce":"n1","state":"on","php":"\\u001b[2J","leftFirst":"/a\\u009b"}`;
    const { php, leftFirst } = parseAnswer(steering, "n1") ?? {};
    assert.deepEqual([php, leftFirst], ["\\u{1b}[2J", "/a\\u{9b}"]);
  });

  it("takes nothing else for an answer", () => {
    for (const body of ["", "{}", line.slice(0, -5), line.replace('"on"', '"odd"'), `x${line}`])
      assert.equal(parseAnswer(body, "n1"), undefined, body);
    assert.equal(parseAnswer(line, "n2"), undefined);
  });
});

describe("isBareReset", () => {
  it("knows the one-line endpoint's success", () => {
    assert.equal(isBareReset("SUCCESS: opcache_reset\n"), true);
    assert.equal(isBareReset("FAIL: opcache_reset"), false);
    assert.equal(isBareReset("<p>SUCCESS: opcache_reset_all</p>"), false);
  });
});

describe("judgeInvalidate", () => {
  const judged = (wish: Partial<OpcacheAnswer>): unknown => {
    const { state, note } = judgeInvalidate("/a.sock", { kind: "answer", answer: opcacheAnswer(wish) });
    return { state, note };
  };

  it("counts what is out, and shows the counters before and after", () => {
    assert.deepEqual(judgeInvalidate("/a.sock", { kind: "answer", answer: opcacheAnswer() }), {
      place: "/a.sock",
      cache: "900-77-30",
      invalidated: 5,
      before: status,
      after: status,
      state: "cleared",
    });
  });

  it("tells what requests in flight have cached again", () => {
    assert.deepEqual(judged({ left: 2, leftFirst: "/r/1/a.php" }), {
      state: "cleared",
      note: "2 scripts of old releases are cached again, by requests that still run them, as /r/1/a.php; the next switch clears them",
    });
  });

  it("waits with the verdict while the whole cache is about to restart", () => {
    const note = "opcache restarts as a whole once the requests in flight have ended";
    assert.deepEqual(judged({ state: "restarting" }), { state: "pending", note });
    assert.deepEqual(judged({ after: { ...status, restartPending: true } }), { state: "pending", note });
  });

  it("has nothing to clear without a cache", () => {
    assert.deepEqual(judged({ state: "absent" }), {
      state: "cleared",
      note: "PHP has no opcache: there is nothing to clear",
    });
  });

  it("fails where the endpoint did something else", () => {
    assert.deepEqual(judgeInvalidate("http://x/", { kind: "bare-reset" }), {
      place: "http://x/",
      state: "failed",
      invalidated: 0,
      note: 'the endpoint knows nothing but a reset, and has emptied the whole cache; put the text of opcacheEndpoint() there, or say policy: "reset"',
    });
  });
});

describe("isReset", () => {
  it("is proven by a restart since, when nothing waits any more", () => {
    const after = (wish: Partial<OpcacheStatus>): OpcacheAnswer => opcacheAnswer({ after: { ...status, ...wish } });
    assert.equal(isReset(status, after({}), false), false);
    assert.equal(isReset(status, after({ manualRestarts: 3 }), false), true);
    assert.equal(isReset(status, after({ oomRestarts: 2 }), false), true);
    assert.equal(isReset(status, after({ manualRestarts: 3, restartPending: true }), false), false);
    assert.equal(isReset(status, after({ manualRestarts: 3, restartInProgress: true }), false), false);
    assert.equal(isReset(status, after({}), true), true);
  });
});
