import { equal } from "node:assert/strict";
import { test } from "node:test";
import { lastAnswer, withWords } from "../../../provider/switch/lastAnswer.ts";

test("What was observed has the words that came with it in brackets, unless it says them already", () => {
  equal(
    withWords("GET / answered 500", ["PHP Fatal error: x", "500: Oops"]),
    "GET / answered 500 (PHP Fatal error: x; 500: Oops)",
  );
  equal(withWords("GET / answered 500", ["", ""]), "GET / answered 500");
  equal(withWords("GET / got no answer: refused for 30 s", ["refused"]), "GET / got no answer: refused for 30 s");
});

test("An answer is told with its status once, and without a body not at all", () => {
  equal(lastAnswer(502, "<title>502 Bad Gateway</title><hr>nginx"), "502 Bad Gateway | nginx");
  equal(lastAnswer(500, "down\n"), "500: down\\n");
  equal(lastAnswer(500, "<p>"), "");
});
