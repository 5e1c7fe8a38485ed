import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { diffStep, stepNeedsHost } from "../../../provider/lifecycle/diff.ts";
import { checkStep } from "../../../provider/lifecycle/stepCheck.ts";
import type { Properties } from "../../../provider/lifecycle/verbs.ts";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAbcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ";
const STEP = { name: "migrate", command: "php artisan migrate --force", when: "before" };
const URN = "urn:pulumi:dev::shop::t::example.com-migrate";
const NEWS = {
  connection: { host: "web1", password: "a" },
  deployPath: "/srv",
  version: "42",
  step: STEP,
  __urn: URN,
};

async function checked(changes: Properties = {}): Promise<Properties> {
  const { inputs, failures } = await checkStep({ ...NEWS, ...changes });
  deepEqual(failures, []);
  return inputs;
}

/** Whether it is an update, what it replaces, and whether the host is asked. */
async function changed(changes: Properties): Promise<[boolean, string[], boolean]> {
  const [olds, news] = [await checked(), await checked(changes)];
  const { changes: update, replaces } = diffStep(olds, news);
  return [update, replaces, stepNeedsHost(olds, news)];
}

const REMEMBERED = [true, [], false];

test("A step's inputs are complete with their defaults", async () => {
  const { step, version, deployPath, local } = await checked();
  deepEqual(
    { step, version, deployPath, local },
    { step: { ...STEP, runOn: "deploy", timeout: 600 }, version: "42", deployPath: "/srv", local: false },
  );
});

test("Everything that is wrong with a step is said by name", async () => {
  const step = { name: "a.b", command: " ", when: "during", runOn: "always", timeout: 0, tmieout: 1 };
  const { failures } = await checkStep({ deployPath: "/srv", version: "42", step });
  deepEqual(
    failures.map(({ reason }) => reason),
    [
      'step.name must be made of letters, digits, "_" or "-", 64 at most, the first a letter or digit',
      "step.command must be a command for /bin/sh, at most 32 KiB",
      'step.when must be "before" or "after"',
      'step.runOn must be "deploy" or "rollback" or "both"',
      "step.timeout must be seconds, more than 0 and at most 86400",
      '"tmieout" is not a field of step; did you mean timeout?',
    ],
  );
});

test("What undoes a step is for one before the switch", async () => {
  const onRestore = "php artisan migrate:rollback --force";
  deepEqual((await checked({ step: { ...STEP, onRestore } })).step, {
    ...{ ...STEP, runOn: "deploy", timeout: 600 },
    onRestore,
  });
  const { failures } = await checkStep({ ...NEWS, step: { ...STEP, when: "after", onRestore } });
  // No property is named: the engine would print its value.
  const reason = "step.onRestore is for a step before the switch: one after it never ran when a restore comes";
  deepEqual(failures, [{ property: "", reason }]);
  await checked({ step: { ...STEP, when: UNKNOWN, onRestore: UNKNOWN } });
});

test("Only another version asks the host", async () => {
  deepEqual(await changed({ version: "43" }), [true, [], true]);
});

test("A rotated key is remembered without asking the host", async () => {
  deepEqual(await changed({ connection: { host: "web1", password: "b" } }), REMEMBERED);
  deepEqual(await changed({ connection: { host: "web1", password: "a", hostKey: KEY } }), REMEMBERED);
});

test("Another text, order or limit is remembered without asking the host", async () => {
  deepEqual(await changed({ step: { ...STEP, command: "php artisan migrate" } }), REMEMBERED);
  deepEqual(await changed({ step: { ...STEP, when: "after", runOn: "both", timeout: 5 } }), REMEMBERED);
  deepEqual(await changed({ step: { ...STEP, onRestore: "php artisan migrate:rollback" } }), REMEMBERED);
  deepEqual(await changed({ timeout: { create: "5m" } }), REMEMBERED);
});

test("Another place makes it another step", async () => {
  // Created there, where its history is asked.
  deepEqual(await changed({ deployPath: "/srv/other" }), [true, ["deployPath"], false]);
});

test("Nothing new is no update, and values that a preview does not know pass", async () => {
  const olds = await checked();
  deepEqual(diffStep(olds, await checked()), { changes: false, replaces: [] });
  const news = await checked({ version: UNKNOWN, step: UNKNOWN });
  deepEqual([diffStep(olds, news), stepNeedsHost(olds, news)], [{ changes: true, replaces: [] }, true]);
});
