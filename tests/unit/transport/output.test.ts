import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { Output } from "../../../provider/transport/output.ts";

test("Lines are told as they come, whatever pieces they come in", () => {
  const told: string[] = [];
  const output = new Output((line) => told.push(line));
  for (const piece of ["on", "e\ntwo\n", "\n \nth", "ree", " \u001b[31m\n", "open"]) output.hear(piece);
  deepEqual(told, ["one", "two", "three \\u{1b}[31m"]);
  equal(output.text, "one\ntwo\n\n \nthree \u001b[31m\nopen");
  equal(output.lastWords, ", and printed last: one | two | three \\u{1b}[31m | open");
});

test("Its last 64 kB are kept, and no character is cut", () => {
  const output = new Output(() => {});
  output.hear("x".repeat(70_000));
  equal(output.text, "x".repeat(65_536));
  output.hear("€".repeat(30_000));
  equal(output.text, "€".repeat(21_845));
});

test("A stack trace is told with the message before it", () => {
  const frames = Array.from({ length: 9 }, (_, at) => `#${at} /srv/ErrorHandler.php(7): Error->f()`);
  const output = new Output(() => {});
  output.hear(
    `0 errors yet\n  PHP Fatal error:  Uncaught RuntimeException: SQLSTATE[HY000] in a.php:2\nStack trace:\n${frames.join("\n")}`,
  );
  equal(
    output.lastWords,
    `, and printed last: PHP Fatal error:  Uncaught RuntimeException: SQLSTATE[HY000] in a.php:2 | … | ${frames.slice(-5).join(" | ")}`,
  );
});

test("Who printed nothing has no last words", () => {
  const output = new Output(() => {});
  output.hear(" \n\n");
  equal(output.lastWords, "");
});
