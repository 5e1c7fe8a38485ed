import assert from "node:assert/strict";
import { until } from "./command.ts";
import type { MachineSite } from "./machineSite.ts";

const FRESH_CONNECTIONS = 8;

/** What a test knows of the moment at which it asks. */
interface Moment {
  /** The version that must be live; "none" while no version was ever healthy. */
  readonly serves: string;
  /** nginx's configuration was red before, through somebody else's doing. @default false */
  readonly red?: boolean;
  /** Power went while a switch ran, and none has run since: its temporary files may lie there. @default false */
  readonly interrupted?: boolean;
}

/** What must be true of a site after whatever went wrong. */
export async function assertInvariants(
  on: MachineSite,
  { serves, red = false, interrupted = false }: Moment,
): Promise<void> {
  const { machine, site } = on;
  const root = serves === "none" ? `${site.deployPath}/.site-release/empty` : on.root(serves);
  const seen = await machine.must(`
    cd ${site.deployPath} || exit
    echo "include: $(grep "^set .root_dir" ${site.includePath})"
    for place in ${site.deployPath} /etc/nginx; do flock -n "$place" true || echo "locked: $place"; done
    nginx -t 2>/dev/null && echo green || echo red
    [ -d ${root} ] && echo 'root is there'
    [ ${serves} = none ] || [ -s .site-release/manifests/${serves} ] || echo 'no manifest'
    ${interrupted ? "exit 0" : ""}
    find . -path ./releases -prune -o \\( -name '.root_dir*' -o -name '.current.*' -o -name '.owner.*' -o -name '.opcache*.??????*' \\) -print
    find .site-release/staging .site-release/trash -mindepth 1 2>/dev/null
    exit 0`);
  assert.deepEqual(seen.split("\n").filter(Boolean), [
    `include: set $root_dir ${root};`,
    red ? "red" : "green",
    "root is there",
  ]);
  const processors = Number(await machine.must("nproc"));
  let { serving } = await on.workers();
  // A worker that was just forked bears its master's title until it runs.
  await until("workers of one generation", 3, async () => {
    serving = (await on.workers()).serving;
    return serving.length === processors;
  });
  const answers = await Promise.all(Array.from({ length: FRESH_CONNECTIONS }, () => machine.http("/")));
  for (const { status, body } of answers)
    assert.deepEqual(
      serves === "none" ? { status } : { status, body },
      serves === "none" ? { status: 404 } : { status: 200, body: `version ${serves}` },
    );
}
