import assert from "node:assert/strict";
import { test } from "node:test";
import { opcacheSettings } from "../../../provider/siteHost/opcacheSettings.ts";

test("opcache has room for the releases that are asked for", () => {
  assert.equal(
    opcacheSettings({ files: 2000, releases: 4 }),
    `; Room for 4 releases of 2000 PHP files each.
opcache.enable=1
opcache.memory_consumption=256
opcache.max_accelerated_files=17600
opcache.interned_strings_buffer=16
; Each release has a path of its own, whose files never change: there is nothing to look up again.
opcache.validate_timestamps=0
realpath_cache_size=4096K
`,
  );
});

test("It never has less than PHP's own defaults, nor more keys than PHP takes", () => {
  const sizes = (files: number, releases: number) =>
    [...opcacheSettings({ files, releases }).matchAll(/(?:consumption|files|buffer)=(\d+)/g)].map(([, size]) => size);
  assert.deepEqual(sizes(1, 2), ["128", "10000", "16"]);
  assert.deepEqual(sizes(200_000, 50), ["266048", "1000000", "128"]);
});
