import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { observation, type SiteFacts } from "../../../provider/switch/observe.ts";
import { switchPlanOf } from "../../support/switchPlan.ts";

const wanted = switchPlanOf("42");
const right: SiteFacts = {
  includeState: "ours",
  includeRoot: "/var/www/example.com/releases/42/public",
  includeLines: [],
  current: "releases/42",
  workers: "witnessed",
  lostName: "",
  owner: '{"id":"0f1e","stack":"shop/prod","resource":"example.com","since":"2026-11-23T10:31:04Z"}',
};

describe("observation", () => {
  it("has only the live version when all is as released", () => {
    assert.deepEqual(observation(wanted, "0f1e", right), { liveVersion: "42" });
    assert.deepEqual(observation(wanted, "0f1e", { ...right, current: "/var/www/example.com/releases/42" }), {
      liveVersion: "42",
    });
  });

  it("tells another version that somebody switched to", () => {
    const includeRoot = "/var/www/example.com/releases/43/public";
    assert.deepEqual(observation(wanted, "0f1e", { ...right, includeRoot, current: "releases/43" }), {
      liveVersion: "43",
      include: `names ${includeRoot}`,
      current: "points at releases/43",
    });
  });

  it("tells a missing and an edited include, without control characters", () => {
    const none = { ...right, includeRoot: "" };
    assert.deepEqual(observation(wanted, "0f1e", { ...none, includeState: "missing" }), { include: "missing" });
    assert.deepEqual(
      observation(wanted, "0f1e", { ...none, includeState: "foreign", includeLines: ["# by\u0007hand", "root /x;"] }),
      { include: "edited: # by?hand root /x;" },
    );
  });

  it("has no live version while the placeholder is there", () => {
    const includeRoot = "/var/www/example.com/.site-release/empty";
    assert.deepEqual(observation(wanted, "0f1e", { ...right, includeRoot }), { include: `names ${includeRoot}` });
  });

  it("looks at current alone where nginx follows it", () => {
    const symlink = { ...wanted, strategy: "symlink" } as const;
    const unused: SiteFacts = { ...right, includeState: "unreadable", includeRoot: "", workers: "not-running" };
    assert.deepEqual(observation(symlink, "0f1e", unused), { liveVersion: "42" });
    assert.deepEqual(observation(symlink, "0f1e", { ...unused, current: "/var/www/example.com/releases/43" }), {
      liveVersion: "43",
      current: "points at /var/www/example.com/releases/43",
    });
    for (const current of [".site-release/empty", "releases/42/public"])
      assert.deepEqual(observation(symlink, "0f1e", { ...unused, current }), { current: `points at ${current}` });
    assert.deepEqual(observation(symlink, "0f1e", { ...unused, current: "" }), { current: "missing" });
  });

  it("tells what the workers are not known to serve", () => {
    assert.deepEqual(observation(wanted, "0f1e", { ...right, workers: "unwitnessed" }), {
      liveVersion: "42",
      workers: "no proof that they read the include as it is now",
    });
    assert.deepEqual(observation(wanted, "0f1e", { ...right, workers: "not-running" }), {
      liveVersion: "42",
      workers: "nginx is not running",
    });
  });

  it("tells who named the include, and does so no more", () => {
    const lost = { ...right, workers: "unwitnessed", lostName: "/etc/nginx/sites-enabled/example.com" };
    assert.deepEqual(observation(wanted, "0f1e", lost), {
      liveVersion: "42",
      workers: "/etc/nginx/sites-enabled/example.com names the include no more",
    });
  });

  it("tells whose the site is now, or that it is nobody's", () => {
    assert.deepEqual(observation(wanted, "7777", right), {
      liveVersion: "42",
      owner: "example.com of stack shop/prod since 2026-11-23T10:31:04Z",
    });
    assert.deepEqual(observation(wanted, "0f1e", { ...right, owner: "" }), { liveVersion: "42", owner: "nobody" });
  });

  it("knows the version of a release that is its own web root", () => {
    const flat = { ...wanted.site, publicDir: "." };
    assert.deepEqual(
      observation({ ...wanted, site: flat }, "0f1e", { ...right, includeRoot: "/var/www/example.com/releases/42" }),
      {
        liveVersion: "42",
      },
    );
  });
});
