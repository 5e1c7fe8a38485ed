import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { pageText } from "../../provider/pageText.ts";

const nginx = `<html>\r
<head><title>502 Bad Gateway</title></head>\r
<body>\r
<center><h1>502 Bad Gateway</h1></center>\r
<hr><center>nginx/1.26.3</center>\r
</body>\r
</html>\r
`;

describe("pageText", () => {
  it("takes from HTML its title and its lines, each once", () => {
    assert.equal(pageText(nginx), "502 Bad Gateway | nginx/1.26.3");
    assert.equal(
      pageText(
        "<!DOCTYPE html><p>The page\n   you <em>want</em>, x &lt;y&gt; &amp;amp; &#39;z&#x27;&nbsp;&eacute;</p><p>b",
      ),
      "The page you want, x <y> &amp; 'z' é | b",
    );
  });

  it("leaves out what nobody reads, with or without an end", () => {
    const page = (rest: string) =>
      `<!-- <h1>no</h1> --><style>p > a { }</style><SCRIPT>if (a<b) "</p>"</SCRIPT><h1 class="x">Yes${rest}`;
    for (const rest of ["</h1>", "<style>p {", "<!-- no", "<script src="]) assert.equal(pageText(page(rest)), "Yes");
  });

  it("reads PHP's own errors in HTML", () => {
    const said = "<br />\n<b>Fatal error</b>:  Uncaught Error: x in <b>/r/a.php</b> on line <b>3</b><br />\n";
    assert.equal(pageText(said), "Fatal error: Uncaught Error: x in /r/a.php on line 3");
  });

  it("leaves everything else as it is, with control characters written out", () => {
    assert.equal(pageText("a < b, c > d\u001b[31m\r\n\tx"), "a < b, c > d\\u{1b}[31m\\r\\n\\tx");
    assert.equal(pageText('{"html":"<p>x</p>"}\n'), '{"html":"<p>x</p>"}\\n');
    assert.equal(pageText("<p>a&#27;[31m&#x202e;&#x110000;b</p>"), "a\\u{1b}[31m\\u{202e}\u{fffd}b");
  });

  it("cuts what a person reads, not what is left out", () => {
    const page = `<style>${"x".repeat(5000)}</style><p>${"y".repeat(5000)}`;
    assert.equal(pageText(page), `${"y".repeat(300)}…`);
    assert.equal(pageText(page, 3), "yyy…");
  });

  it("reads the start of a page only, since what it opens and never closes makes the rest slow", () => {
    assert.equal(pageText(`<p>a${"<i>".repeat(20_000)}b`), "ab");
    assert.equal(pageText(`<p>a${"<i>".repeat(300_000)}b`), "a");
  });

  it("never lets a control character through", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.constantFrom("<p>", "<", ">", "<!--", "-->", "<script", "</script", "&#", "x1b", "27", ";", "<b", "&lt;"),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        assert.doesNotMatch(pageText(`<p>${pieces.join("")}`), /[\p{Cc}\u2028\u2029]/u);
      }),
    );
  });
});
