import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { Aside } from "../../../provider/transport/aside.ts";
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

test("Who printed nothing has no last words", () => {
  const output = new Output(() => {});
  output.hear(" \n\n");
  equal(output.lastWords, "");
});

test("What a login shell prints before the script's word is no output", () => {
  const heard: string[] = [];
  const aside = new Aside("m4rk", (text) => heard.push(text));
  for (const piece of ["stty: no tty\nm4", "rk out", "put\nhel", "lo\nm4rk output\n"]) aside.hear(piece);
  deepEqual([aside.noise, heard], ["stty: no tty\n", ["hel", "lo\nm4rk output\n"]]);
});
