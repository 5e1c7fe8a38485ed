import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { expected, judge, type ProbeAnswer, result } from "../../../provider/switch/verdict.ts";
import { probePlan } from "../../support/site.ts";

const answer = (status: number, body = "", headers = {}): ProbeAnswer => ({ status, headers, body });

describe("The judge of a probe", () => {
  const statuses = [200, 204, 302, 401, 403, 404, 410, 500, 502];
  const bad = (before: ProbeAnswer | undefined, expectStatus: number[] = []): number[] =>
    statuses.filter((status) => judge(probePlan({ expectStatus }), before, answer(status)) !== undefined);

  it("by default wants neither 403, 404 nor 5xx", () => {
    assert.deepEqual(bad(undefined), [403, 404, 500, 502]);
  });

  it("forgives the same kind of answer as before, and no other", () => {
    assert.deepEqual(bad(answer(404)), [403, 500, 502]);
    assert.deepEqual(bad(answer(403)), [404, 500, 502]);
    assert.deepEqual(bad(answer(503)), [403, 404]);
    assert.deepEqual(bad(answer(200)), [403, 404, 500, 502]);
    assert.deepEqual(bad({ error: "refused" }), [403, 404, 500, 502]);
  });

  it("wants one of the statuses that are named, whatever was before", () => {
    assert.deepEqual(bad(answer(404), [200, 401]), [204, 302, 403, 404, 410, 500, 502]);
  });

  it("wants each header that is named, whatever its case, to match", () => {
    const plan = probePlan({ expectHeaders: { "X-Version": "^42$", "cache-control": "no-store" } });
    const judged = (headers: object) => judge(plan, undefined, answer(200, "", headers));
    assert.equal(judged({ "x-version": "42", "cache-control": "private, no-store" }), undefined);
    assert.equal(judged({ "cache-control": "no-store" }), "answered 200 without the header X-Version");
    assert.equal(
      judged({ "x-version": "41\u001b[31m", "cache-control": "no-store" }),
      "answered 200 with X-Version: 41\\u{1b}[31m, which does not match ^42$",
    );
  });

  it("takes no missing answer for a good one", () => {
    assert.equal(judge(probePlan(), { error: "refused" }, { error: "refused" }), "refused");
  });
});

describe("The words of a probe", () => {
  const told = (answers: ProbeAnswer[], good = 0) =>
    result(probePlan({ path: "/up", expectStatus: [200] }), undefined, { answers, good, seconds: 30.04, ok: false });

  it("say what was seen all the time", () => {
    assert.deepEqual(told([answer(502, "<h1>Bad\n"), answer(502, "<h1>Bad\n")]), {
      ok: false,
      requests: 2,
      good: 0,
      seconds: 30.04,
      observed: "GET /up answered 502 for 30 s",
      expected: "200",
      last: "502: Bad",
    });
  });

  it("say what was seen last, when it was not all", () => {
    assert.equal(
      told([answer(200), answer(502)], 1).observed,
      "GET /up answered 502 last, and well in 1 of 2 requests, for 30 s",
    );
  });

  it("say why there was no answer, and what helps", () => {
    const { observed, next, last } = told([{ error: "sshd forbids it", next: "Allow it" }]);
    assert.deepEqual(
      [observed, next, last],
      ["GET /up got no answer: sshd forbids it for 30 s", "Allow it", "sshd forbids it"],
    );
  });

  it("say of the last answer what a person reads, and nothing of an empty one", () => {
    const last = (body: string) => told([answer(502, body)]).last;
    assert.deepEqual([last("a\u001b[1m\n"), last("<p>\n</p>"), last("")], ["502: a\\u{1b}[1m\\n", "", ""]);
  });

  it("say when good answers came too slowly", () => {
    assert.equal(told([answer(200)], 1).observed, "GET /up answered well only once in 30 s");
  });

  it("say what is wanted", () => {
    assert.equal(expected(probePlan()), "neither 403, 404 nor 5xx (unless it was so before)");
    assert.equal(
      expected(probePlan({ expectStatus: [200, 204], expectBody: "ok", count: 3 })),
      "200 or 204 with a body that matches ok, 3 times in a row",
    );
    assert.equal(
      expected(probePlan({ expectStatus: [200], expectHeaders: { "x-version": "^42$" }, expectBody: "ok" })),
      "200 with x-version that matches ^42$ and a body that matches ok",
    );
  });

  it("name the URL that was asked, without its query", () => {
    const plan = probePlan({ url: "https://www.example.com/up?token=x", path: "/up?token=x", expectStatus: [200] });
    const { observed } = result(plan, undefined, { answers: [answer(503)], good: 0, seconds: 30, ok: false });
    assert.equal(observed, "GET https://www.example.com/up?… answered 503 for 30 s");
  });
});
