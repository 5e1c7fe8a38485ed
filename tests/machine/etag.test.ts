import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { apply } from "../support/apply.ts";
import { Builds } from "../support/builds.ts";
import { type Machine, machinesUnavailable, startMachine, suites } from "../support/machine.ts";

// nginx makes an ETag of a file's time and size. Where each release's times are new, browsers load everything again after each deploy; where all are
// one constant, they keep what was changed to something of the same size.
describe("what browsers have cached", { skip: machinesUnavailable() ?? false }, () => {
  let hosts: Machine[] = [];
  let builds: Builds;
  before(async () => {
    builds = new Builds();
    hosts = await Promise.all(suites.map((suite) => startMachine(suite, { suite })));
  });
  after(async () => {
    await Promise.all(hosts.map((host) => host.close()));
    builds?.close();
  });

  const release = async (version: string, css: string, dedupe = "hardlink") => {
    const source = builds.make(version, {
      "public/index.php": `<?php echo "version ${version}";`,
      "public/app.css": css,
      "public/logo.svg": "<svg/>",
    });
    await Promise.all(
      hosts.map(({ connection, deployPath }) =>
        apply({ connection, deployPath, version, source, dedupe, drainTimeout: 5 }),
      ),
    );
  };
  /** Every host's ETag of a path. */
  const tags = (path: string) => Promise.all(hosts.map(async (host) => (await host.get(path)).headers.etag));
  /** What each answers to a browser that has the file by that tag. */
  const answers = (path: string, tag = "") =>
    Promise.all(hosts.map(async (host) => (await host.get(path, { "If-None-Match": tag })).status));

  test("is asked for again when nothing but bytes changed, and only then, on any host", async () => {
    await release("1", "a { color: red }");
    const [css, ...others] = await tags("/app.css");
    assert.match(String(css), /^"[0-9a-f]+-10"$/);
    assert.deepEqual(others, [css], "the other host's is the same");
    const [svg] = await tags("/logo.svg");
    assert.deepEqual(await answers("/app.css", css), [304, 304]);

    await release("2", "a { color: tan }");
    const [changed, ...same] = await tags("/app.css");
    assert.deepEqual(same, [changed]);
    assert.notEqual(changed, css);
    assert.deepEqual(await answers("/app.css", css), [200, 200]);
    assert.deepEqual(await answers("/app.css", changed), [304, 304]);
    assert.deepEqual(await tags("/logo.svg"), [svg, svg]);
    assert.deepEqual(await answers("/logo.svg", svg), [304, 304]);

    // The first content again, in files of their own.
    await release("3", "a { color: red }", "copy");
    assert.deepEqual(await tags("/app.css"), [css, css]);
    assert.deepEqual(await tags("/logo.svg"), [svg, svg]);
  });
});
