// npm run bench -- opcache: what a switch costs the site's visitors, by how opcache is handled, and whether fifty of them fill the cache.
import { join } from "node:path";
import { type Filled, fill } from "./opcache/filling.ts";
import { report, SMALL } from "./opcache/results.ts";
import { type Switched, switches } from "./opcache/switches.ts";
import { measured } from "./opcache/ways.ts";
import { bench, needRoom, withSandbox } from "./support/bench.ts";

bench(async (dir) => {
  needRoom(4e9);
  const switched: Switched[] = [];
  for (const way of measured)
    switched.push(await withSandbox((sandbox) => switches(sandbox, way, join(dir, `switches-${way}`))));
  const filled: Filled[] = [];
  const small = { php: [`opcache.memory_consumption=${SMALL}`] };
  for (const way of ["auto", "none"] as const)
    filled.push(await withSandbox((sandbox) => fill(sandbox, way, join(dir, `fill-${way}`)), undefined, small));
  await report(switched, filled);
});
