import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { roomFor } from "../../../provider/opcache/room.ts";
import type { Survey } from "../../../provider/opcache/survey.ts";
import { opcacheStatus } from "../../support/opcache.ts";

const MB = 1024 * 1024;
const survey = (wish: Partial<Survey> = {}): Survey => ({
  files: [],
  more: false,
  already: 0,
  liveScripts: 500,
  liveBytes: 13 * MB,
  releaseBytes: 13 * MB,
  leftover: 0,
  preloaded: 0,
  preloadedFirst: "",
  brokenPattern: "",
  ...wish,
});
const cache = (used: number, free: number, keys = 1000) =>
  opcacheStatus({ used: used * MB, free: free * MB, wasted: (64 - used - free) * MB, keys, maxKeys: 16_229 });

describe("roomFor", () => {
  it("wants the memory that the live release takes, and leaves 0.3 times that free", () => {
    assert.deepEqual(roomFor(cache(40, 17), survey(), 500), { fits: true });
    assert.deepEqual(roomFor(cache(40, 16), survey(), 500), {
      fits: false,
      why: "16 MB of opcache's 64 MB are free, 17 MB are needed",
      helps: true,
      advice: "opcache.memory_consumption=96 (it is 64)",
    });
  });

  it("wants 2.2 keys a script", () => {
    assert.deepEqual(roomFor(cache(20, 40, 15_129), survey(), 500), { fits: true });
    assert.deepEqual(roomFor(cache(20, 40, 15_130), survey(), 500), {
      fits: false,
      why: "1099 of opcache's 16229 keys are free, 1100 are needed",
      helps: true,
      advice: "opcache.max_accelerated_files=33000 (there are 16229 keys)",
    });
  });

  it("counts what the next release has already, and what it has besides", () => {
    assert.equal(roomFor(cache(59, 5), survey({ already: 480 }), 20).fits, true);
    assert.equal(
      roomFor(cache(60, 4), survey({ already: 480 }), 20).fits,
      false,
      "what is left is too little to serve",
    );
    assert.equal(roomFor(cache(63, 1), survey({ already: 480 }), 20, true).fits, true, "the way back needs no more");
    assert.equal(roomFor(cache(40, 17), survey(), 600).fits, false);
    assert.equal(roomFor(cache(64, 0), survey({ already: 500 }), 0).fits, true, "nothing to compile needs no room");
  });

  it("takes a usual script where none is cached that tells it", () => {
    const first = survey({ liveScripts: 0, liveBytes: 0, releaseBytes: 0 });
    assert.equal(roomFor(cache(40, 4), first, 100).fits, true);
    assert.equal(roomFor(cache(40, 3), first, 100).fits, false);
  });

  it("knows that a reset is in vain where an empty cache is too small", () => {
    const room = roomFor(cache(60, 4), survey({ liveBytes: 52 * MB, releaseBytes: 52 * MB }), 500);
    assert.equal(!room.fits && room.helps, false);
    assert.equal(!room.fits && room.advice, "opcache.memory_consumption=288 (it is 64)");
  });
});
