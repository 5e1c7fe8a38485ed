import assert from "node:assert/strict";
import { test } from "node:test";
import { statusOf } from "../../../provider/cli/observed.ts";
import type { Seen } from "../../support/eyes.ts";
import { siteAt } from "../../support/site.ts";
import { entry, healthyJournal, type Said, siteFacts } from "../../support/siteFacts.ts";
import { type Moment, violations } from "../../support/violations.ts";

const place = { site: siteAt("/s"), page: (version: string) => `version ${version}` };
const include = (version: string) => `set $root_dir /s/releases/${version}/public;\n`;

/** Version 42 is live after 41, as two switches left it. */
function seen(changes: Partial<Seen> = {}, said: Said = {}, journal = healthyJournal): Seen {
  return {
    include: include("42"),
    rootThere: true,
    green: true,
    locked: [],
    current: "releases/42",
    journal: journal.map((line) => `${line}\n`).join(""),
    left: [],
    workers: [2, 2],
    broken: [],
    answers: [{ status: 200, body: "version 42" }],
    status: statusOf(siteFacts(said, journal), { host: "web1", deployPath: "/s" }),
    ...changes,
  };
}

const wrong = (what: Seen, moment: Partial<Moment> = {}) => violations(what, { serves: "42", ...moment }, place);
const open = [
  ...healthyJournal,
  entry("11:00:00", "c", "switching", { from: "42", to: "43", before: "/s/releases/42/public" }),
];
const isOpen = { unfinished: open.slice(-1).concat(open.slice(-1)) };
const other = [
  { status: 200, body: "version 42" },
  { status: 200, body: "version 43" },
];

test("a site as it should be violates nothing", () => {
  assert.deepEqual(wrong(seen()), []);
  assert.deepEqual(wrong(seen(), { serves: ["41", "42"] }), []);
});

test("an include that names another root, none, or what nginx refuses is seen", () => {
  assert.match(wrong(seen({ include: include("41") })).join(), /^1\. the include is "set [^,]*, not that of 42/);
  assert.deepEqual(wrong(seen({ rootThere: false })), ["1. the root that the include names is not there"]);
  assert.deepEqual(wrong(seen({ green: false })), ["1. nginx -t is red"]);
  assert.deepEqual(wrong(seen(), { red: true }), ["1. nginx -t is green"]);
});

test("workers that are too many, or serve two versions, or another one than the include names, are seen", () => {
  assert.deepEqual(wrong(seen({ workers: [4, 2] })), ["2. 4 workers serve, not 2"]);
  const mixed = "2. the site answers 200 version 42 and 200 version 43, not as 42";
  assert.equal(wrong(seen({ answers: other }))[0], mixed);
  assert.equal(wrong(seen({ answers: [{ status: 502, body: "" }] }))[0], "2. the site answers 502 , not as 42");
});

test("a switch that was broken off may be served old or new, but not both; one that ended may not", () => {
  const moment = { serves: ["42", "43"], interrupted: true };
  const half = { include: include("43"), answers: other.slice(0, 1) };
  const said = { ...isOpen, root: "/s/releases/43/public", workers: "unwitnessed" };
  assert.deepEqual(wrong(seen(half, said, open), moment), []);
  assert.match(wrong(seen({ ...half, answers: other }, said, open), moment).join(), /^2\. the site answers/);
  assert.match(
    wrong(seen(half, said, healthyJournal), moment).join("\n"),
    /^2\. .*^6\. the journal has 42 committed, and the include names 43/ms,
  );
  assert.match(wrong(seen({}, isOpen, open)).join("\n"), /^5\. the last switch was not brought to an end$/m);
});

test("locks, what was left behind, and lines that nobody can read are seen", () => {
  assert.deepEqual(wrong(seen({ locked: ["/s"] })), ["3. somebody holds the lock on /s"]);
  const left = { left: ["./.owner.c"] };
  assert.deepEqual(
    [wrong(seen(left)), wrong(seen(left), { interrupted: true })],
    [["3. ./.owner.c was left there"], []],
  );
  const torn = { journal: `${healthyJournal.join("\n")}\n{"at":"20` };
  assert.deepEqual(
    [wrong(seen(torn)), wrong(seen(torn), { torn: true })],
    [['3. the journal holds "{\\"at\\":\\"20"'], []],
  );
  const odd = { journal: `${healthyJournal.join("\n")}\n{"at":"20}\n` };
  assert.deepEqual(wrong(seen(odd), { torn: true }), ['3. the journal holds "{\\"at\\":\\"20}"']);
});

test("releases that are not as their manifests have them are seen", () => {
  assert.deepEqual(wrong(seen({ broken: ["release 41 lacks f 00 ./a"] })), ["4. release 41 lacks f 00 ./a"]);
});

test("a status that says what is not so is seen", () => {
  assert.match(wrong(seen({}, { root: "/s/releases/41/public" })).join(), /^6\. status says live 41, and it is 42/);
  assert.match(wrong(seen({}, { lock: "held" })).join(), /^6\. status says lock held, and it is free/);
  assert.deepEqual(wrong(seen({ current: "releases/41" })), [
    "6. status says current releases/42, and it is releases/41",
  ]);
  assert.match(wrong(seen({}, isOpen)).join(), /^6\. status says unfinished true, and it is false/);
  assert.match(
    wrong(seen({ answers: other.slice(1) })).join("\n"),
    /^6\. status says that the workers have read the include, and they have not$/m,
  );
  const lost = "nothing proves that nginx's workers have read the include as it is now";
  assert.deepEqual(wrong(seen({}, { workers: "unwitnessed" })), [`6. status finds ${lost} wrong, and nothing is`]);
  assert.deepEqual(wrong(seen({}, { workers: "unwitnessed" }), { problems: [lost] }), []);
});

test("the placeholder is as it should be while nothing was ever committed", () => {
  const empty = {
    include: "set $root_dir /s/.site-release/empty;\n",
    current: "",
    answers: [{ status: 404, body: "" }],
  };
  const said = { live: "", since: "", previous: "", current: "", root: "/s/.site-release/empty" };
  assert.deepEqual(wrong(seen(empty, said, []), { serves: "none" }), []);
  assert.match(wrong(seen(empty, said, []), { serves: ["42"] }).join(), /^1\. the include is/);
});
