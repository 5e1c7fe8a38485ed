import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Heard, judgeTrace } from "../../../provider/switch/trace.ts";
import { switchPlanOf } from "../../support/switchPlan.ts";

const plan = switchPlanOf("42", { strategy: "symlink" });
const release = "/var/www/example.com/releases/42/public";
const served: Heard = { status: 200, body: "/* n1 */\n" };
const script = (filename = `${release}/x.php`, root = release): Heard => ({
  status: 200,
  body: `n1\n${filename}\n${root}\n`,
});
const judge = (file: Heard, php: Heard) => judgeTrace(plan, "x", "n1", file, php);

describe("The judge of a trace", () => {
  it("is content with the file, and with paths below the release, wherever the site's path leads", () => {
    assert.deepEqual(judge(served, script()), {});
    assert.deepEqual(judge(served, script("/srv/a/releases/42/public/x.php", "/srv/a/releases/42/public")), {});
    assert.deepEqual(judge(served, script("/srv/a/releases/42/x.php", "/srv/a/releases/42")), {});
  });

  it("tells what is wrong with the file's answer, and what cures it", () => {
    const failed = (file: Heard) => judge(file, script()).failed;
    const where = "requests do not resolve through /var/www/example.com/current: GET /x.css";
    assert.equal(failed({ status: 404, body: "" })?.observed, `${where} answered 404`);
    assert.match(
      failed({ status: 404, body: "" })?.next ?? "",
      /^Put these lines .*\n# at http level\nmap \$server_name /,
    );
    // A front controller may show the address that it was asked for.
    assert.equal(
      failed({ status: 200, body: "no /x.css here" })?.observed,
      `${where} answered 200 with something else`,
    );
    assert.equal(
      failed({ error: "connection refused", next: "Start it" })?.observed,
      `${where} got no answer: connection refused`,
    );
    assert.equal(failed({ error: "connection refused", next: "Start it" })?.next, "Start it");
    assert.match(
      failed({ status: 301, body: "" })?.next ?? "",
      /^nginx sends http on port 80 elsewhere: name in `probe`/,
    );
    assert.match(failed({ status: 401, body: "" })?.next ?? "", /satisfy any; allow 127\.0\.0\.1/);
  });

  it("refuses a path through the link for the script and for its document root", () => {
    const link = "/var/www/example.com/current/public";
    assert.match(
      judge(served, script(`${link}/x.php`, link)).failed?.observed ?? "",
      /, SCRIPT_FILENAME \/var\/www\/example\.com\/current\/public\/x\.php: /,
    );
    assert.match(
      judge(served, script(undefined, link)).failed?.next ?? "",
      /"fastcgi_param DOCUMENT_ROOT \$root_dir;"/,
    );
  });

  it("only says so where the script did not run, or PHP sees another file system", () => {
    assert.deepEqual(judge(served, { status: 404, body: "" }), { unseen: "GET /x.php answered 404" });
    assert.deepEqual(judge(served, { status: 200, body: "<?php echo 'n1';" }), {
      unseen: "GET /x.php answered 200 with something else",
    });
    assert.deepEqual(judge(served, script("/app/public/x.php", "/app/public")), {
      unseen: "PHP gets SCRIPT_FILENAME /app/public/x.php",
    });
  });
});
