import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { busyShare, coreTimes } from "../../../bench/support/cores.ts";

test("processors were busy for what they did of all their time between two looks", () => {
  equal(busyShare({ busy: 100, all: 200 }, { busy: 110, all: 240 }), 0.25);
});

test("processors have been idle too, and busy", () => {
  const { busy, all } = coreTimes();
  ok(busy > 0 && busy < all, `${busy} of ${all} ms`);
});
