import assert from "node:assert/strict";
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { after, afterEach, before, beforeEach, describe, mock, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { ask } from "../../../provider/cli/ask.ts";
import { plain } from "../../../provider/cli/layout.ts";
import { historyOf, statusOf } from "../../../provider/cli/observed.ts";
import { renderHistory } from "../../../provider/cli/renderHistory.ts";
import { renderStatus } from "../../../provider/cli/renderStatus.ts";
import { SiteReleaseError } from "../../../provider/errors.ts";
import { diagnosePool } from "../../../provider/opcache/pool.ts";
import { inspectRelease } from "../../../provider/release/inspect.ts";
import { removeReleases } from "../../../provider/release/remove.ts";
import { stageRelease } from "../../../provider/release/stage.ts";
import { runStep } from "../../../provider/step/run.ts";
import { undoStep } from "../../../provider/step/undo.ts";
import { StepRunOn, StepWhen } from "../../../provider/stepArgs.ts";
import { leaveSite } from "../../../provider/switch/leave.ts";
import { observe } from "../../../provider/switch/observe.ts";
import { switchTo } from "../../../provider/switch/switch.ts";
import { converse } from "../../../provider/transport/conversation.ts";
import type { Transport } from "../../../provider/transport/transport.ts";
import { fuzz } from "../../support/fuzz.ts";
import { type HostSide, lyingHost } from "../../support/lyingHost.ts";
import { clearOpcache, opcachePlan } from "../../support/opcache.ts";
import { planFor } from "../../support/releaseTree.ts";
import { probePlan, siteAt } from "../../support/site.ts";
import { switchPlanOf } from "../../support/switchPlan.ts";

type Act =
  | { readonly kind: "say"; readonly message: string }
  | { readonly kind: "write"; readonly bytes: Uint8Array; readonly stream: "stdout" | "stderr"; readonly times: number }
  | { readonly kind: "close"; readonly stream: "stdout" | "stderr" }
  | { readonly kind: "wait" };

interface Lie {
  readonly acts: readonly Act[];
  /** How the command ends; undefined: it never does. */
  readonly exit: { readonly code?: number; readonly signal?: string } | undefined;
  /** What every connection through the host says. */
  readonly wire: Uint8Array | undefined;
}

// What the scripts say, and what every object has.
const NAMES =
  "front pool previous former served-before trace untraced drained nginx restored restore-failed live lack next done digest files bytes state owner unpruned pruned arrived base rest missing times since ran-for declared include-state include-root root current workers kind place journal release manifest upload draining leaving deployer now since warning stays removed nginx-test reload pending-edit constructor __proto__ toString hasOwnProperty";
const STEPS =
  "waiting smoke warm testing switching restoring recovering committed draining sharing receiving based resending verifying preparing running probe run";
const ENDS =
  "switched unchanged uploaded reused adopted observed inspected removed nothing-live not-owner ran skipped left absent owned-by-another diagnosed told x";
const FAILS =
  "smoke-failed warm-failed probe-failed test-red-after reload-refused owned step-failed step-late prepare-failed prepare-late tool-missing step-undone site-locked include-unread constructor __proto__ x";

const word = (words: string) => fc.constantFrom(...words.split(" "));
const nasty = fc.constantFrom(
  "\u001b[2J",
  "\u009b1m",
  "\r",
  "\u0007",
  "\u0000",
  "a b",
  "1",
  "-1",
  "1e99",
  "NaN",
  "yes",
  "42",
);
const text = fc.oneof(
  nasty,
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.array(fc.oneof(nasty, word(NAMES), word(FAILS)), { maxLength: 5 }).map((parts) => parts.join(" ")),
  fc.constantFrom("index.php", "/run/x.sock", "zstd abc", "gzip 0123", "1 2 3", "/srv/releases/41/public", "sudo a b"),
);
const journal = fc
  .record({
    at: text,
    run: text,
    who: text,
    step: fc.oneof(word("locked switching committed restored failed"), text),
    from: text,
    to: text,
    before: text,
  })
  .map((line) => JSON.stringify(line));
const message = fc.oneof(
  fc.tuple(word(NAMES), text).map(([name, value]) => `fact ${name} ${value}`),
  fc.tuple(word(NAMES), fc.oneof(text, journal)).map(([name, value]) => `text ${name} ${value}`),
  fc.tuple(word(STEPS), text).map(([name, value]) => `step ${name} ${value}`),
  word(STEPS).map((name) => `ask ${name}`),
  word(ENDS).map((name) => `done ${name}`),
  fc.tuple(word(FAILS), text).map(([name, value]) => `fail ${name} ${value}`),
  text,
);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 12, arbitrary: message.map((said) => ({ kind: "say" as const, message: said.replaceAll("\n", " ") })) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("write" as const),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 100 }),
      stream: fc.constantFrom("stdout" as const, "stderr" as const),
      times: fc.constantFrom(1, 1, 1, 3000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("close" as const), stream: fc.constantFrom("stdout", "stderr") }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: "wait" as const }) },
);
const lie: fc.Arbitrary<Lie> = fc.record({
  acts: fc.array(act, { maxLength: 12 }),
  exit: fc.constantFrom(undefined, { code: 0 }, { code: 1 }, { code: 97 }, { code: 127 }, { signal: "KILL" }),
  wire: fc.option(fc.uint8Array({ maxLength: 60 }), { nil: undefined }),
});

async function tell(host: HostSide, { acts, exit }: Lie): Promise<void> {
  for (const each of acts) {
    if (each.kind === "say") await host.say(each.message);
    else if (each.kind === "close") host.close(each.stream);
    else if (each.kind === "write") await host.write(Buffer.concat(Array(each.times).fill(each.bytes)), each.stream);
    else for (let round = 0; round < 3; round++) await turn();
  }
  if (exit !== undefined) host.end(exit);
}

function hostOf(told: Lie): Transport {
  const refused = () =>
    new SiteReleaseError("forward-refused", { action: "reach it", host: "web1", observed: "it says \u001b" });
  const connect = (): Promise<Duplex> => {
    if (told.wire === undefined) return Promise.reject(refused());
    const duplex = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    duplex.on("error", () => {});
    duplex.push(told.wire);
    duplex.push(null);
    return Promise.resolve(duplex);
  };
  return lyingHost((host) => tell(host, told), connect);
}

/** What nobody's terminal and no state may get. */
function assertClean(value: unknown, lines = false): void {
  if (typeof value === "string") assert.doesNotMatch(value, lines ? /(?![\t\n])\p{Cc}/u : /(?!\t)\p{Cc}/u);
  else if (typeof value === "number") assert.ok(Number.isFinite(value), `${value} is no number`);
  else if (typeof value === "object" && value !== null)
    for (const [key, each] of Object.entries(value)) {
      assertClean(key);
      assertClean(each, true);
    }
}

/** A talk comes to a result or an error of ours, in the end, whatever time that takes. */
async function settles(work: Promise<unknown>): Promise<void> {
  let over = false;
  const settled = work.then(
    (value) => {
      over = true;
      return { value };
    },
    (error: unknown) => {
      over = true;
      return { error };
    },
  );
  for (let round = 0; !over; round++) {
    await turn();
    // Little by little: what waits for the disk of this machine must not meet the end of all time.
    if (round % 100 === 99) mock.timers.tick(round < 5000 ? 1000 : 100_000);
    assert.ok(round < 500_000, "it hangs");
  }
  const result = await settled;
  if ("value" in result) return assertClean(result.value, true);
  const { error } = result;
  assert.ok(
    error instanceof SiteReleaseError,
    `no error of ours: ${error instanceof Error ? error.stack : String(error)}`,
  );
  assert.equal(error.failure.host, "web1");
  assertClean(error.message, true);
  assertClean(error.reason);
  assert.doesNotMatch(error.message, /\[native code\]|\[object|undefined/);
}

const place = { deployPath: "/srv", version: "42" };
const step = {
  ...place,
  name: "migrate",
  command: "true",
  when: StepWhen.Before,
  runOn: StepRunOn.Deploy,
  timeout: 60,
};
const nginx = { pidFile: "/run/nginx.pid", confDir: "/etc/nginx" };
const request = {
  command: "status" as const,
  where: "local" as const,
  deployPath: "/srv",
  includePath: "/srv/i",
  ...nginx,
  limit: 10,
  json: false,
};
const caches = {
  pools: ["/run/x.sock"],
  scriptPath: "/srv/o.php",
  releasesDir: "/srv/releases",
  keep: [],
  timeout: 5,
};
const context = { owner: { id: "a1", stack: "shop/prod", resource: "web" }, takeOver: false };
const progress = (status: string): void => {
  assert.equal(typeof status, "string");
  assertClean(status);
};

describe("Whatever a host says", { timeout: 3_600_000 }, () => {
  let dir: ReturnType<typeof mkdtempDisposableSync>;
  before(() => {
    dir = mkdtempDisposableSync(join(tmpdir(), "site-release-fuzz-"));
    mkdirSync(join(dir.path, "public"));
    mkdirSync(join(dir.path, "storage"));
    writeFileSync(join(dir.path, "public/index.php"), "<?php");
    writeFileSync(join(dir.path, "storage/a"), "a");
  });
  after(() => dir.remove());
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  const talks: Readonly<Record<string, (host: Transport) => Promise<unknown>>> = {
    "a conversation": (host) =>
      converse(host, "true", {}, { ask: async () => "x", step: () => {}, output: () => {} }).then(() => undefined),
    "a switch": (host) =>
      switchTo(
        host,
        switchPlanOf("43", { probe: probePlan({ timeout: 0.02, interval: 0.01 }), pools: ["/run/x.sock"] }),
        context,
        progress,
      ),
    "putting a release there": (host) =>
      stageRelease(
        host,
        planFor("/srv", { source: dir.path, sharedDirs: ["storage"], prepare: ["true"], dedupe: "copy" }),
        progress,
      ),
    "a look at the site": (host) => observe(host, switchPlanOf("42", { site: siteAt("/srv") }), "a"),
    "a look at a release": (host) => inspectRelease(host, place),
    "removing releases": (host) => removeReleases(host, { deployPath: "/srv", includePath: "/srv/i", ownerIds: ["a"] }),
    "leaving the site": (host) => leaveSite(host, "/srv", "a"),
    "a step": (host) => runStep(host, step, progress),
    "undoing a step": (host) => undoStep(host, { ...step, onRestore: "true" }, progress),
    "a look at a pool": (host) => diagnosePool(host, { socket: "/run/x.sock" }),
    "clearing opcache": (host) => clearOpcache(host, { ...caches, plan: { policy: "invalidate", via: "fastcgi" } }),
    "clearing opcache by cachetool": (host) =>
      clearOpcache(host, { ...caches, plan: { policy: "invalidate", via: "cachetool" } }),
    "a switch with cachetool": (host) =>
      switchTo(
        host,
        switchPlanOf("43", {
          probe: probePlan({ timeout: 0.02, interval: 0.01 }),
          opcache: opcachePlan({ via: "cachetool", warm: ["**/*.php"], warmUrls: ["/"] }),
          pools: ["/run/x.sock"],
        }),
        context,
        progress,
      ),
    "the command line": async (host) => {
      const facts = await ask(host, request);
      const asked = { host: "web1", deployPath: "/srv" };
      const [status, history] = [statusOf(facts, asked), historyOf(facts, asked, 10)];
      JSON.stringify([status, history]);
      return [status, history, renderStatus(status, plain), renderHistory(history, plain)];
    },
  };

  for (const [name, start] of Object.entries(talks))
    test(`${name} comes to an end, with a result or an error for people`, async () => {
      await fc.assert(
        fc.asyncProperty(lie, (told) => settles(start(hostOf(told)))),
        fuzz(30),
      );
    });
});
