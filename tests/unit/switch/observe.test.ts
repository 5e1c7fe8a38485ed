import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { observation, type SiteFacts } from "../../../provider/switch/observe.ts";
import { switchPlanOf } from "../../support/switchPlan.ts";

const { site } = switchPlanOf("42");
const right: SiteFacts = {
  includeState: "ours",
  includeRoot: "/var/www/example.com/releases/42/public",
  includeLines: [],
  current: "releases/42",
  workers: "witnessed",
};

describe("observation", () => {
  it("has only the live version when all is as released", () => {
    assert.deepEqual(observation(site, "42", right), { liveVersion: "42" });
    assert.deepEqual(observation(site, "42", { ...right, current: "/var/www/example.com/releases/42" }), {
      liveVersion: "42",
    });
  });

  it("tells another version that somebody switched to", () => {
    const includeRoot = "/var/www/example.com/releases/43/public";
    assert.deepEqual(observation(site, "42", { ...right, includeRoot, current: "releases/43" }), {
      liveVersion: "43",
      include: `names ${includeRoot}`,
      current: "points at releases/43",
    });
  });

  it("tells a missing and an edited include, without control characters", () => {
    const none = { ...right, includeRoot: "" };
    assert.deepEqual(observation(site, "42", { ...none, includeState: "missing" }), { include: "missing" });
    assert.deepEqual(
      observation(site, "42", { ...none, includeState: "foreign", includeLines: ["# by\u0007hand", "root /x;"] }),
      { include: "edited: # by?hand root /x;" },
    );
  });

  it("has no live version while the placeholder is there", () => {
    const includeRoot = "/var/www/example.com/.site-release/empty";
    assert.deepEqual(observation(site, "42", { ...right, includeRoot }), { include: `names ${includeRoot}` });
  });

  it("tells what the workers are not known to serve", () => {
    assert.deepEqual(observation(site, "42", { ...right, workers: "unwitnessed" }), {
      liveVersion: "42",
      workers: "no proof that they read the include as it is now",
    });
    assert.deepEqual(observation(site, "42", { ...right, workers: "not-running" }), {
      liveVersion: "42",
      workers: "nginx is not running",
    });
  });

  it("knows the version of a release that is its own web root", () => {
    const flat = { ...site, publicDir: "." };
    assert.deepEqual(observation(flat, "42", { ...right, includeRoot: "/var/www/example.com/releases/42" }), {
      liveVersion: "42",
    });
  });
});
