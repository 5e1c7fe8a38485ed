import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempDisposableSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import fc from "fast-check";
import { ask } from "../../../provider/cli/ask.ts";
import { parsePath } from "../../../provider/cli/target.ts";
import { sharedPath } from "../../../provider/lifecycle/kinds.ts";
import { stageRelease } from "../../../provider/release/stage.ts";
import { includeText } from "../../../provider/site.ts";
import { switchInputs } from "../../../provider/switch/inputs.ts";
import { commandLine } from "../../../provider/transport/script.ts";
import { fuzz } from "../../support/fuzz.ts";
import { nasty, nastyPath } from "../../support/nasty.ts";
import { ROOT } from "../../support/paths.ts";
import { planFor } from "../../support/releaseTree.ts";
import { posixShells, type Shell } from "../../support/shells.ts";
import { shellTransport } from "../../support/shellTransport.ts";
import { switchPlanOf } from "../../support/switchPlan.ts";

const part = (name: string): string => readFileSync(join(ROOT, "provider/host", `${name}.sh`), "utf8");

/** What a script prints, run by the shell as the host's own /bin/sh. */
function printed(shell: Shell, script: string, inputs: Readonly<Record<string, string>>): string {
  const loader = /^exec \/bin\/sh -c '(.*)'$/.exec(commandLine(script, inputs))?.[1] ?? "";
  const [program = "", ...args] = shell.argv;
  const { stdout, stderr, error } = spawnSync(program, [...args, loader], { encoding: "buffer" });
  if (error !== undefined) throw error;
  assert.equal(stderr.toString(), "");
  return stdout.toString("utf8");
}

const values = fc.array(
  nasty.map((text) => text.replaceAll("\0", "")),
  { minLength: 10, maxLength: 40 },
);

describe("A host's shell", { timeout: 3_600_000 }, () => {
  let dir: ReturnType<typeof mkdtempDisposableSync>;
  beforeEach(() => {
    dir = mkdtempDisposableSync(join(tmpdir(), "site-release-fuzz-"));
  });
  afterEach(() => dir.remove());

  for (const shell of posixShells) {
    test(`is handed every value as it is: ${shell.name}`, { skip: shell.missing }, () => {
      fc.assert(
        fc.property(values, (all) => {
          const inputs = Object.fromEntries(all.map((value, index) => [`v${index}`, value]));
          const script = all.map((_, index) => `printf '%s\\0' "$v${index}"`).join("\n");
          assert.deepEqual(printed(shell, script, inputs).split("\0").slice(0, -1), all);
        }),
        fuzz(6),
      );
    });

    test(`writes one line of JSON for each step, and one for the owner: ${shell.name}`, { skip: shell.missing }, () => {
      const script = `${part("protocol")}\n${part("switch/journal")}\n${part("switch/owner")}
own_dir=$deploy_path
journal locked to "$version"
journal committed from "$version" to "$version" \${after_steps:+steps "$after_steps"}
owner_is_ours=
prepare_owner
place_owner
read_owner
printf '%s\\n' "$owner_is_ours"`;
      fc.assert(
        fc.property(nasty, nasty, nasty, (who, stack, resource) => {
          const owner = { id: "0123456789abcdef", stack, resource };
          const plan = switchPlanOf("42", { afterSteps: ["one", "two"] });
          const opcache = { name: "o.php", text: "<?php" };
          const inputs = switchInputs(plan, { owner, takeOver: false }, { id: "abc", who, nonce: "n" }, opcache);
          const file = join(dir.path, "journal.jsonl");
          writeFileSync(file, "");
          const said = printed(shell, script, { marker: "m", ...inputs, deploy_path: dir.path });
          const lines = readFileSync(file, "utf8").split("\n");
          assert.equal(lines.length, 3);
          for (const line of lines.slice(0, 2)) assert.equal(JSON.parse(line).run, "abc");
          assert.equal(JSON.parse(lines[1] ?? "").steps, "one two");
          const ownerFile = readFileSync(join(dir.path, "owner"), "utf8");
          assert.match(ownerFile, /^[^\n]*\n$/);
          assert.deepEqual(Object.keys(JSON.parse(ownerFile)), ["id", "stack", "resource", "since"]);
          assert.equal(JSON.parse(ownerFile).id, owner.id);
          assert.match(said, /\nyes\n$/);
        }),
        fuzz(6),
      );
    });
  }

  test("writes the include as the client would", () => {
    const roots = fc.array(
      nastyPath.map((text) => text.replace(/[\0\n]/g, "")),
      { minLength: 5, maxLength: 20 },
    );
    fc.assert(
      fc.property(roots, (all) => {
        const inputs = Object.fromEntries(all.map((value, index) => [`v${index}`, value]));
        const include = part("switch/include");
        const script = `${include}\n${all.map((_, index) => `include_text "$v${index}"; printf '\\0'`).join("\n")}`;
        const [shell] = posixShells;
        if (shell === undefined || shell.missing !== false) return;
        const texts = printed(shell, script, inputs).split("\0").slice(0, -1);
        assert.deepEqual(
          texts,
          all.map((root) => includeText(root).trimEnd()),
        );
      }),
      fuzz(6),
    );
  });

  test("runs nothing of a site's path when the command line looks at it", async () => {
    const name = nasty
      .map((text) => text.replaceAll("/", "").replaceAll("id", "touch canary"))
      .filter(
        (text) =>
          ![".", "..", ""].includes(text) && parsePath(`/${text}`) !== undefined && Buffer.byteLength(text) < 200,
      );
    const transport = shellTransport();
    const from = process.cwd();
    process.chdir(dir.path);
    try {
      await fc.assert(
        fc.asyncProperty(name, async (odd) => {
          const deployPath = join(dir.path, odd);
          mkdirSync(join(deployPath, "releases"), { recursive: true });
          mkdirSync(join(deployPath, ".site-release"), { recursive: true });
          const places = { includePath: `${deployPath}/i.conf`, pidFile: `${deployPath}/pid`, confDir: deployPath };
          const asked = { command: "status", where: "local", deployPath, ...places, limit: 3, json: false } as const;
          const facts = await ask(transport, asked);
          assert.equal(facts.place, "site");
          assert.ok(!existsSync("canary"), "it ran");
        }),
        fuzz(4),
      );
    } finally {
      process.chdir(from);
    }
  });

  test("makes a link of every shared path that check takes, and runs nothing of it", async () => {
    const accepted = (text: string): boolean => {
      try {
        sharedPath.parse(text, "it");
        return text.split("/").every((name) => Buffer.byteLength(name) < 200) && text.length < 500;
      } catch {
        return false;
      }
    };
    const path = fc
      .oneof(
        nasty,
        nastyPath.map((text) => text.slice(1)),
      )
      .map((text) => text.replaceAll("id", "touch canary"))
      .filter(accepted);
    const source = join(dir.path, "source");
    mkdirSync(join(source, "public"), { recursive: true });
    writeFileSync(join(source, "public/index.php"), "<?php");
    const from = process.cwd();
    process.chdir(dir.path);
    let run = 0;
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(path, { minLength: 1, maxLength: 3, selector: (text) => text.split("/")[0] }),
          async (all) => {
            // A release's own web root is a directory, no link.
            fc.pre(all.every((each) => each.split("/")[0] !== "public"));
            const deployPath = join(dir.path, `site${run++}`);
            mkdirSync(deployPath);
            await stageRelease(shellTransport(), planFor(deployPath, { source, sharedDirs: all }), () => {});
            for (const each of all) {
              const link = join(deployPath, "releases/1", each);
              assert.ok(lstatSync(link).isSymbolicLink(), each);
              assert.equal(join(dirname(link), readlinkSync(link)), join(deployPath, "shared", each));
            }
            assert.ok(!existsSync("canary"), "it ran");
          },
        ),
        fuzz(6),
      );
    } finally {
      process.chdir(from);
    }
  });
});
