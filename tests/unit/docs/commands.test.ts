import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readCommand } from "../../../provider/cli/command.ts";
import { nginxSnippet } from "../../../provider/serverBlock.ts";
import { hostSteps } from "../../../provider/siteHost/steps.ts";
import { Strategy } from "../../../provider/switchArgs.ts";
import { allPages, codeIn, type Page } from "../../support/pages.ts";
import { ROOT } from "../../support/paths.ts";
import { sectionOf } from "../../support/readme.ts";

const pages = allPages().filter(({ path }) => path === "README.md" || path.startsWith("docs/"));
const blocks = (language: string) => pages.flatMap((page) => codeIn(page, language));

/** The commands that begin so, in blocks of code and in sentences: as the shell splits them, up to what another program gets. */
function commandsOf({ text }: Page, begin: string): readonly string[] {
  const found = text.match(new RegExp(`(?<=^|\`|&& )${begin}[^\`\\n]*`, "gm")) ?? [];
  return found.map((line) => line.split(/ #| \| | && /)[0]?.trim() ?? "");
}

test("The shell takes what the pages tell to type", () => {
  assert.ok(blocks("sh").length > 12);
  for (const code of blocks("sh")) {
    const { status, stderr } = spawnSync("sh", ["-n"], { input: code, encoding: "utf8" });
    assert.deepEqual([status, stderr], [0, ""], code);
  }
});

test("The command line understands what the pages tell to ask it", () => {
  const all = pages
    .flatMap((page) => commandsOf(page, "npx pulumi-site-release "))
    .filter((line) => / \S*[/]/.test(line));
  assert.ok(all.length >= 7);
  const silent = { out: () => {}, err: () => {} };
  for (const line of all) {
    const request = readCommand(line.split(" ").slice(2), "1.0.0", silent);
    assert.notEqual(typeof request, "number", line);
  }
});

test("The pages name scripts that package.json has", () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const named = pages.flatMap(({ text }) => [...text.matchAll(/\bnpm (?:run ([a-z-]+)|(test))\b/g)]);
  assert.ok(named.length > 3);
  assert.deepEqual(
    named.map(([, script, test]) => script ?? test ?? "").filter((name) => scripts[name] === undefined),
    [],
  );
});

test("The steps of a SiteHost are named as they are called", () => {
  const all = hostSteps({
    strategy: Strategy.Include,
    opcacheSettings: true,
    opcacheEndpoint: true,
    serverBlock: true,
  });
  const names = all.map(({ name }) => name);
  const table = sectionOf("docs/site-host.md", "What it does");
  assert.deepEqual(
    [...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name),
    names,
  );
  const targets = pages.flatMap(({ text }) => [...text.matchAll(/\*\*::<name>-([a-z-]+)/g)]);
  assert.ok(targets.length > 1);
  assert.deepEqual(
    targets.map(([, name = ""]) => name).filter((name) => !names.includes(name)),
    [],
  );
});

test("The texts that a page has printed are printed", () => {
  const printing = blocks("sh").filter((code) => code.startsWith("node -e "));
  assert.equal(printing.length, 3);
  // The package finds itself by its own name.
  for (const code of printing) {
    const printed = execFileSync("sh", ["-c", code], { cwd: ROOT, encoding: "utf8" });
    assert.match(printed, /server \{|serverBlock: /, code);
  }
});

test("The lines for nginx are those of its whole server block", () => {
  const site = { serverName: "example.com", deployPath: "/var/www/example.com", pool: "/run/php/php8.4-fpm.sock" };
  const whole = [nginxSnippet(site), nginxSnippet({ ...site, strategy: "symlink" })].map(plain).join("\n");
  const lines = blocks("nginx").flatMap((code) =>
    plain(code)
      .split("\n")
      .filter((line) => line !== ""),
  );
  assert.ok(lines.length > 10);
  assert.deepEqual(
    lines.filter((line) => !whole.includes(line)),
    [],
  );
});

/** Lines without comments and alignment. */
function plain(text: string): string {
  return text
    .split("\n")
    .map((line) =>
      line
        .replace(/ *#.*$/, "")
        .trim()
        .replace(/\s+/g, " "),
    )
    .join("\n");
}

test("The README's ten lines for users of Deployer are those of the page, which a machine runs", () => {
  const page = sectionOf("docs/moving.md", "From Deployer");
  const codes = [...sectionOf("README.md", "Moving over from Deployer").matchAll(/`([^`]+)`/g)].map(
    ([, code = ""]) => code,
  );
  const names = /^(deploy_path|current|readlink current|sudoersFor\(.*|pulumi up)$/;
  const told = codes.filter((code) => !names.test(code));
  assert.ok(told.length > 8);
  assert.deepEqual(
    told.filter((code) => !page.includes(code)),
    [],
  );
});
