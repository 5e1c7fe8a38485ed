import assert from "node:assert/strict";
import { test } from "node:test";
import { Aside } from "../../../provider/transport/aside.ts";

function heard(...pieces: string[]): { readonly noise: string; readonly output: string } {
  let output = "";
  const aside = new Aside("abc", (text) => {
    output += text;
  });
  for (const piece of pieces) aside.hear(piece);
  aside.end();
  return { noise: aside.noise, output };
}

test("What lies between two marks is a command's, whatever pieces it comes in", () => {
  const text = "motd\nabc output\none\nno end of lineabc output\nsh: a word\nabc output\ntwo\nabc out\nabc output\n";
  const wanted = { noise: "motd\nsh: a word\n", output: "one\nno end of linetwo\nabc out\n" };
  assert.deepEqual(heard(text), wanted);
  assert.deepEqual(heard(...text), wanted);
  for (let at = 0; at <= text.length; at++) assert.deepEqual(heard(text.slice(0, at), text.slice(at)), wanted);
});

test("A mark that was not finished is what it stands in", () => {
  assert.deepEqual(heard("abc output\nleft abc outp"), { noise: "", output: "left abc outp" });
  assert.deepEqual(heard("abc outp"), { noise: "abc outp", output: "" });
});

test("The end of the noise is kept", () => {
  assert.equal(heard("x".repeat(9000), "last").noise.length, 4096);
  assert.equal(heard("x".repeat(9000), "last").noise.endsWith("xlast"), true);
});
