import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judge, phpLines } from "../../../provider/switch/smoke.ts";
import { smokePlan } from "../../support/site.ts";

const answer = (status: number, body = "", stderr = "") => ({ status, body: Buffer.from(body), stderr });
const fatal = "PHP message: PHP Fatal error:  Uncaught Error: x in /r/a.php:1\nStack trace:\n#0 {main}";

describe("The judge of a smoke", () => {
  it("passes every status below 500 unless some are named", () => {
    const failing = [200, 302, 403, 404, 499, 500, 503].filter((status) => judge(smokePlan(), "/r", answer(status)));
    assert.deepEqual(failing, [500, 503]);
    const plan = smokePlan({ expectStatus: [200, 503] });
    assert.deepEqual(
      [200, 204, 503].filter((status) => judge(plan, "/r", answer(status))),
      [204],
    );
  });

  it("tells PHP's own words", () => {
    assert.deepEqual(judge(smokePlan({ path: "/up", expectStatus: [200] }), "/r", answer(500, "", fatal)), {
      observed: "GET /up answered 500",
      expected: "200",
      php: ["PHP Fatal error:  Uncaught Error: x in /r/a.php:1", "Stack trace:", "#0 {main}"],
      last: "",
    });
  });

  it("tells what the page said, as a probe does", () => {
    const page = "<html><title>Server Error</title><h1>Server Error</h1><p>No such table</html>";
    assert.equal(judge(smokePlan(), "/r", answer(500, page))?.last, "500: Server Error | No such table");
    assert.equal(judge(smokePlan(), "/r", answer(500, "a\u001b[1m\n"))?.last, "500: a\\u{1b}[1m\\n");
  });

  it("fails a script that died behind a 200, unless that status was asked for", () => {
    assert.equal(judge(smokePlan(), "/r", answer(200, "", fatal))?.observed, "GET / answered 200, but the script died");
    assert.equal(judge(smokePlan({ expectStatus: [200] }), "/r", answer(200, "", fatal)), undefined);
    assert.equal(judge(smokePlan(), "/r", answer(200, "", "PHP message: PHP Warning:  x")), undefined);
  });

  it("looks for its pattern in the body", () => {
    const plan = smokePlan({ expectBody: "^up$" });
    assert.equal(judge(plan, "/r", answer(200, "up")), undefined);
    assert.deepEqual(judge(plan, "/r", answer(200, "upper")), {
      observed: "GET / answered 200 with a body that does not match ^up$",
      expected: "a status below 500 and a body that matches ^up$",
      php: [],
      last: "200: upper",
    });
  });

  it("tells php-fpm's refusal from a page that is not found", () => {
    assert.equal(judge(smokePlan(), "/r/index.php", answer(404, "File not found.\n")), undefined);
    const refused = judge(smokePlan(), "/r/index.php", answer(404, "File not found.\n", "Primary script unknown"));
    assert.equal(refused?.observed, 'GET / answered 404: php-fpm finds no /r/index.php ("Primary script unknown")');
    assert.equal(refused?.last, "");
  });
});

describe("phpLines", () => {
  it("keeps a few lines, without control characters", () => {
    assert.deepEqual(phpLines(""), []);
    assert.deepEqual(phpLines("PHP message: a\u001b[1m; PHP message: b"), ["a\\u{1b}[1m", "b"]);
    assert.equal(phpLines("x\n".repeat(50)).length, 5);
  });
});
