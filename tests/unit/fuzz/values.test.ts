import assert from "node:assert/strict";
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { parseJump, parsePath, parseTarget } from "../../../provider/cli/target.ts";
import { releasePlan, switchPlan } from "../../../provider/lifecycle/plans.ts";
import { checkRelease } from "../../../provider/lifecycle/releaseCheck.ts";
import type { ReleaseInputs, SwitchInputs } from "../../../provider/lifecycle/shapes.ts";
import { checkStep } from "../../../provider/lifecycle/stepCheck.ts";
import { checkSwitch } from "../../../provider/lifecycle/switchCheck.ts";
import type { CheckResult, Properties } from "../../../provider/lifecycle/verbs.ts";
import { poolAddress } from "../../../provider/opcache/address.ts";
import { nginxSnippet } from "../../../provider/serverBlock.ts";
import { includeText, rootDir, versionOf } from "../../../provider/site.ts";
import { switchInputs } from "../../../provider/switch/inputs.ts";
import { opcacheEndpoint, sudoersFor } from "../../../provider/texts.ts";
import { commandLine } from "../../../provider/transport/script.ts";
import { fuzz } from "../../support/fuzz.ts";
import { nasty, nastyPath } from "../../support/nasty.ts";
import { nginxTokens } from "../../support/nginxTokens.ts";

const URN = "urn:pulumi:dev::shop::pulumi-site-release:index:SiteRelease$t:Switch::example.com";
const BASE = { local: true, deployPath: "/srv/site", version: "42", __urn: URN };
const STEP = { name: "migrate", command: "true", when: "before" };
const CONTROL = /\p{Cc}/u;

const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: nasty },
  { weight: 4, arbitrary: nastyPath },
  fc.constantFrom(null, true, 0, -1, 1.5, 86_401, 1e308, "04da6b54-80e4-46f7-96ec-b56ff0331ba9"),
  fc.array(fc.oneof(nasty, nastyPath), { maxLength: 3 }),
  fc.dictionary(nasty, nasty, { maxKeys: 3 }),
);

/** Some of these fields with any values; "a.b" is a field of a field. */
function fields(names: string): fc.Arbitrary<Properties> {
  const some = fc.array(fc.tuple(fc.constantFrom(...names.split(" ")), value), { minLength: 1, maxLength: 3 });
  return some.map((pairs) => {
    const changed: Record<string, unknown> = {};
    for (const [name, each] of pairs) {
      const [outer = "", inner] = name.split(".");
      if (inner === undefined) changed[outer] = each;
      else changed[outer] = { ...(outer === "step" ? STEP : {}), ...(changed[outer] as object), [inner]: each };
    }
    return changed;
  });
}

function assertTold({ failures }: CheckResult): void {
  for (const { reason } of failures) {
    assert.doesNotMatch(reason, CONTROL);
    assert.notEqual(reason, "");
  }
}

/** A word that nginx takes as it stands. */
const PLAIN = /^[^\s;{}"'\\$#]+$/;

describe("check", { timeout: 3_600_000 }, () => {
  let dir: ReturnType<typeof mkdtempDisposableSync>;
  before(() => {
    dir = mkdtempDisposableSync(join(tmpdir(), "site-release-fuzz-"));
    mkdirSync(join(dir.path, "public"));
    writeFileSync(join(dir.path, "public/index.php"), "<?php");
  });
  after(() => dir.remove());

  test("refuses a switch in plain words, or its values are inert", async () => {
    const names =
      "version deployPath publicDir includePath serverName pools probe.path probe.host probe.address probe.method probe.port probe.expectBody probe.timeout smoke.path smoke.method smoke.headers smoke.expectStatus nginx.test nginx.reload nginx.pidFile nginx.confDir opcache.url opcache.policy lockTimeout drainTimeout afterSteps beforeSteps connection timeout onUnreachable strategy any";
    await fc.assert(
      fc.asyncProperty(fields(names), async (changes) => {
        const result = await checkSwitch({ ...BASE, ...changes });
        assertTold(result);
        if (result.failures.length > 0 || JSON.stringify(result.inputs).includes("04da6b54")) return;
        const plan = switchPlan(result.inputs as unknown as SwitchInputs);
        const root = rootDir(plan.site, plan.version);
        assert.deepEqual(nginxTokens(includeText(root)), ["set", "$root_dir", root, ";"]);
        assert.match(root, PLAIN);
        assert.match(plan.site.includePath, PLAIN);
        assert.equal(versionOf(plan.site, root), plan.version);
        for (const pool of plan.pools) poolAddress(pool);
        const script = { name: "opcache-1.php", text: "<?php" };
        const context = { owner: { id: "a", stack: "s", resource: "r" }, takeOver: false };
        const inputs = switchInputs(plan, context, { id: "1", who: "a@b", nonce: "n" }, script);
        for (const [name, text] of Object.entries(inputs)) assert.doesNotMatch(text, CONTROL, name);
        commandLine("true", inputs);
      }),
      fuzz(250),
    );
  });

  test("refuses a release in plain words, or can make it", async () => {
    const names =
      "version deployPath publicDir includePath exclude sharedDirs sharedFiles writableDirs writableMode writableUser dirMode fileMode keepReleases dedupe prepare prepareTimeout source archive any";
    await fc.assert(
      fc.asyncProperty(fields(names), async (changes) => {
        const result = await checkRelease({}, { ...BASE, source: dir.path, ...changes });
        assertTold(result);
        if (result.failures.length > 0 || JSON.stringify(result.inputs).includes("04da6b54")) return;
        releasePlan(result.inputs as unknown as ReleaseInputs, undefined, []);
      }),
      fuzz(250),
    );
  });

  test("refuses a step in plain words", async () => {
    const names = "version deployPath step step.name step.command step.when step.runOn step.timeout step.onRestore any";
    await fc.assert(
      fc.asyncProperty(fields(names), async (changes) => {
        const result = await checkStep({ ...BASE, step: STEP, ...changes });
        assertTold(result);
        if (result.failures.length > 0 || JSON.stringify(result.inputs).includes("04da6b54")) return;
        const { name, command } = result.inputs.step as { name: string; command: string };
        assert.match(name, /^[\w-]+$/);
        commandLine("true", { name, command });
      }),
      fuzz(250),
    );
  });
});

describe("What the host needs, as text,", () => {
  /** Gives the text of good values with the given ones in their place, word by word. */
  function assertInert(
    text: (values: Record<string, string>) => string,
    tokens: (text: string) => readonly string[],
    good: Record<string, string>,
    given: Record<string, string>,
  ): void {
    let written: string;
    try {
      written = text(given);
    } catch (error) {
      assert.equal((error as Error).name, "SiteReleaseError");
      assert.doesNotMatch((error as Error).message, /(?![\t\n])\p{Cc}/u);
      return;
    }
    const replaced = tokens(text(good)).map((token) =>
      Object.entries(good).reduce((word, [name, from]) => word.replaceAll(from, () => given[name] ?? ""), token),
    );
    assert.deepEqual(tokens(written), replaced);
  }
  const odd = fc.oneof(
    nasty,
    nastyPath,
    fc.constantFrom("/a", "a.b", "127.0.0.1:9000", "80", "[::1]:8080", "/run/x.sock"),
  );

  test("is a server block of exactly the wanted words, or refused", () => {
    const good = {
      serverName: "ZZNAME",
      deployPath: "/ZZDEPLOY",
      includePath: "/ZZINCLUDE",
      pool: "/ZZPOOL",
      listen: "8123",
    };
    fc.assert(
      fc.property(
        fc.record({ serverName: odd, deployPath: odd, includePath: odd, pool: odd, listen: odd }),
        (given) => {
          for (const name of Object.keys(good) as (keyof typeof good)[]) {
            // A pool that is no socket is written without a prefix.
            if (name === "pool" && !given.pool.startsWith("/")) continue;
            const text = ({ listen = "", serverName = "", deployPath = "", includePath = "", pool = "" }) =>
              nginxSnippet({ serverName, deployPath, includePath, pool, listen: [listen] });
            assertInert(text, nginxTokens, good, { ...good, [name]: given[name] });
          }
        },
      ),
      fuzz(250),
    );
  });

  test("is an endpoint of exactly the wanted words, or refused", () => {
    const good = { pool: "/ZZPOOL", scriptPath: "/ZZSCRIPT" };
    fc.assert(
      fc.property(odd, (given) => {
        const text = ({ pool = "", scriptPath = "" }) => opcacheEndpoint({ pool, scriptPath }).serverBlock;
        for (const name of Object.keys(good))
          if (name !== "pool" || given.startsWith("/"))
            assertInert(text, nginxTokens, good, { ...good, [name]: given });
      }),
      fuzz(250),
    );
  });

  test("is two lines of sudoers of exactly the wanted words, or refused", () => {
    const good = { user: "zzuser", nginxPath: "/ZZNGINX", systemctlPath: "/ZZSYSTEMCTL", service: "ZZ.service" };
    fc.assert(
      fc.property(odd, (given) => {
        const text = ({ user = "", nginxPath = "", systemctlPath = "", service = "" }) =>
          sudoersFor({ user, nginxPath, systemctlPath, service });
        for (const name of Object.keys(good))
          assertInert(text, (lines) => lines.split(/([\n ,:=()*?[\]\\!#%"])/), good, { ...good, [name]: given });
      }),
      fuzz(250),
    );
  });
});

describe("A target of the command line", () => {
  test("is refused in words, or has a plain host and a path on one line", () => {
    const target = fc
      .tuple(fc.option(nasty), fc.oneof(nasty, fc.constantFrom("web1", "[::1]")), fc.oneof(nasty, nastyPath))
      .map(([user, host, path]) => `${user === null ? "" : `${user}@`}${host}:${path}`);
    fc.assert(
      fc.property(fc.oneof(target, nasty, nastyPath), (text) => {
        const found = parseTarget(text);
        if (typeof found === "string") assert.notEqual(found, "");
        else {
          assert.match(found.host, /^[\w.:%-]+$/);
          assert.doesNotMatch(`${found.user ?? ""}${found.deployPath}`, CONTROL);
          assert.equal(parsePath(found.deployPath), found.deployPath);
        }
        const jump = parseJump(text);
        assert.doesNotMatch(`${jump?.user ?? ""}${jump?.host ?? ""}`, CONTROL);
      }),
      fuzz(2000),
    );
  });
});
