import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { excerpt } from "../../provider/excerpt.ts";

describe("excerpt", () => {
  it("keeps plain text as it is", () => {
    assert.equal(excerpt("Ein schöner Tag 🙂"), "Ein schöner Tag 🙂");
  });

  it("writes control and direction characters out", () => {
    assert.equal(excerpt("a\r\n\tb\u001b[31m\u202e\u0000"), "a\\r\\n\\tb\\u{1b}[31m\\u{202e}\\u{0}");
  });

  it("cuts between characters, and says so", () => {
    assert.equal(excerpt("🙂🙂🙂", 2), "🙂🙂…");
  });

  it("never lets a control character through", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 500 }), (text) => {
        assert.ok(!/[\p{Cc}\u2028\u2029]/u.test(excerpt(text)));
      }),
    );
  });
});
