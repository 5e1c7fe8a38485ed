import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import fc from "fast-check";
import { commandLine, DAMAGED, quote } from "../../../provider/transport/script.ts";
import { loginShells, posixShells, type Shell } from "../../support/shells.ts";

const anyText = fc.string({ unit: "binary", maxLength: 60 }).filter((text) => !text.includes("\0"));
const nastyText = fc
  .array(fc.constantFrom("'", '"', "\\", "\n", "$", "`", "$(id)", "$x", " ", "*", "!", "-", "é", "\t", "a", ";"))
  .map((parts) => parts.join(""));

function output(shell: Shell, command: string, input = "", env: Record<string, string> = {}): string {
  const [program = "", ...args] = shell.argv;
  const { stdout, stderr, error } = spawnSync(program, [...args, command], {
    input,
    env: { PATH: process.env.PATH, HOME: "/", ...env },
  });
  if (error !== undefined) throw error;
  assert.equal(stderr.toString(), "");
  return stdout.toString("utf8");
}

describe("quote()", () => {
  for (const shell of posixShells)
    test(`hands any text over byte for byte in ${shell.name}`, { skip: shell.missing }, () => {
      fc.assert(
        fc.property(fc.array(fc.oneof(anyText, nastyText), { minLength: 1, maxLength: 8 }), (words) => {
          const said = output(shell, `printf '%s\\0' ${words.map(quote).join(" ")}`);
          assert.deepEqual(said.split("\0").slice(0, -1), words);
        }),
        { numRuns: 40 },
      );
    });

  test("refuses a NUL, which no command line can hold", () => {
    assert.throws(() => quote("a\0b"), new Error("a word for a shell cannot hold a NUL character"));
  });
});

describe("commandLine()", () => {
  // As long as the longest script of host/ with room to grow, and written as scripts are.
  const filler = "# it's a comment with a 'quote', a \\ and a $dollar\n".repeat(300);
  const script = `${filler}IFS= read -r answer\nprintf '%s|%s|%s' "$greeting" "$answer" "$#"\n`;
  const greeting = 'it\'s\n\\n "$HOME" `id` é 💥 * \t';

  test("holds no line end, backslash or quote besides its own two", () => {
    fc.assert(
      fc.property(fc.oneof(anyText, nastyText), (value) => {
        const line = commandLine(`printf %s "$value"`, { value });
        assert.match(line, /^exec \/bin\/sh -c '[^'\\\n]*'$/);
      }),
    );
  });

  for (const shell of loginShells)
    test(`runs a script of ${Math.round(script.length / 1000)} kB the same by ${shell.name}`, {
      skip: shell.missing,
    }, () => {
      const line = commandLine(script, { greeting });
      for (const locale of ["C", "C.UTF-8"])
        assert.equal(output(shell, line, "from input\n", { LANG: locale, LC_ALL: locale }), `${greeting}|from input|0`);
    });

  for (const shell of posixShells)
    test(`runs the same where ${shell.name} is /bin/sh, whatever the locale`, { skip: shell.missing }, () => {
      const loader = /^exec \/bin\/sh -c '(.*)'$/.exec(commandLine(script, { greeting }))?.[1] ?? "";
      for (const locale of ["C", "C.UTF-8"])
        assert.equal(output(shell, loader, "in\n", { LANG: locale, LC_ALL: locale }), `${greeting}|in|0`);
    });

  test("ends with its own exit code where the script arrives damaged", () => {
    const line = commandLine("echo whole; exit 0", {}).replace(/[A-Za-z0-9+/]{4}([A-Za-z0-9+/=]{8} \|)/, "$1");
    const { status, stdout } = spawnSync("/bin/sh", ["-c", line], { encoding: "utf8" });
    assert.deepEqual({ status, stdout }, { status: DAMAGED, stdout: "" });
  });

  test("takes what fits into one argument of the host, and refuses more", () => {
    const noise = (length: number) => randomBytes(length).toString("base64");
    const fits = commandLine("exit 5", { value: noise(90_000) });
    assert.equal(spawnSync("/bin/sh", ["-c", fits]).status, 5);
    assert.throws(() => commandLine("exit 5", { value: noise(100_000) }), {
      name: "SiteReleaseError",
      message:
        /^Cannot run a script of this package: it and its inputs make a command line of \d+ bytes, expected at most 131071, /,
    });
  });

  test("refuses a name that is none for a variable", () => {
    assert.throws(() => commandLine("true", { "x;id": "1" }), new Error('"x;id" is no name of a shell variable'));
  });
});
