// npm run bench -- opcache: what a switch costs a real site's visitors, by how opcache is handled, and whether fifty of them fill the cache.
import { join } from "node:path";
import { dokuwikiUnavailable } from "../tests/support/dokuwiki.ts";
import { machinesUnavailable, startMachine } from "../tests/support/machine.ts";
import { type Filled, fill, RELEASES } from "./opcache/filling.ts";
import { report } from "./opcache/results.ts";
import { type Switched, switches } from "./opcache/switches.ts";
import { measured } from "./opcache/ways.ts";
import { Wiki } from "./opcache/wiki.ts";
import { bench, needRoom } from "./support/bench.ts";

bench(async (dir) => {
  const unavailable = machinesUnavailable() ?? dokuwikiUnavailable();
  if (unavailable !== undefined) throw new Error(`opcache: ${unavailable}`);
  needRoom(3e9);
  const machine = await startMachine("bench", { suite: "trixie" });
  try {
    const wiki = await Wiki.on(machine, join(dir, "build"), RELEASES);
    const switched: Switched[] = [];
    for (const way of measured) switched.push(await switches(wiki, way));
    const filled: Filled[] = [];
    for (const way of ["auto", "none"] as const) filled.push(await fill(wiki, way));
    await report(switched, filled);
  } finally {
    await machine.close();
  }
});
