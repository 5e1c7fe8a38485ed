import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { release } from "../../provider/lifecycle/index.ts";
import type { Properties } from "../../provider/lifecycle/verbs.ts";
import { stageRelease } from "../../provider/release/stage.ts";
import { ownCache, planFor, smallSite, temporaryDir, writeTree } from "../support/releaseTree.ts";
import { shellTransport } from "../support/shellTransport.ts";

ownCache();

const URN = "urn:pulumi:test::site::t::example.com";
const page = (text: string) => ({ ...smallSite, "public/index.php": text });

/** A Release of this machine through Pulumi's verbs, with version 1 of build "one" on the host. */
class Site {
  readonly deployPath: string;
  readonly #dir: string;
  state: Properties = {};
  id = "";

  constructor(t: TestContext) {
    this.#dir = temporaryDir(t);
    this.deployPath = join(this.#dir, "site");
  }

  build(name: string, text = name): string {
    return writeTree(join(this.#dir, name), page(text));
  }

  nowhere(): string {
    return join(this.#dir, "nowhere");
  }

  check(version: string, source?: string) {
    const news = {
      local: true,
      deployPath: this.deployPath,
      version,
      __urn: URN,
      ...(source !== undefined && { source }),
    };
    return release.check(this.state, news);
  }

  /** What `pulumi up` does: nothing where the diff has no changes. */
  async up(version: string, source?: string): Promise<"unchanged" | { status: string; sent: boolean; page: string }> {
    const { inputs, failures } = await this.check(version, source);
    assert.deepEqual(failures, []);
    if (this.id === "") {
      const { id, outs } = await release.create(inputs);
      this.id = id;
      this.state = outs;
    } else {
      if (!(await release.diff(this.id, this.state, inputs)).changes) return "unchanged";
      this.state = (await release.update(this.id, this.state, inputs)).outs;
    }
    const { status, sentBytes } = this.state.report as { status: string; sentBytes: number };
    const text = readFileSync(join(this.deployPath, "releases", version, "public/index.php"), "utf8");
    return { status, sent: sentBytes > 0, page: text };
  }
}

async function siteWithOne(t: TestContext): Promise<Site> {
  const site = new Site(t);
  assert.deepEqual(await site.up("1", site.build("one")), { status: "uploaded", sent: true, page: "one" });
  return site;
}

describe("a changed version", () => {
  test("that the host lacks is uploaded from its source", async (t) => {
    const site = await siteWithOne(t);
    assert.deepEqual(await site.up("2", site.build("two")), { status: "uploaded", sent: true, page: "two" });
  });

  test("that the host lacks is an error without a source", async (t) => {
    const site = await siteWithOne(t);
    await assert.rejects(site.up("2"), {
      message: `Cannot put release 2 into ${site.deployPath} on this host: ${site.deployPath}/releases/2 does not exist, and no source is given. Put it there (CI, Deployer) or give source`,
    });
  });

  test("that the host has complete is used as it is, and nothing is sent", async (t) => {
    const site = await siteWithOne(t);
    await site.up("2", site.build("two"));
    const reused = { status: "reused", sent: false, page: "one" };
    assert.deepEqual(await site.up("1", site.build("one")), reused);
    assert.deepEqual(await site.up("2"), { ...reused, page: "two" });
    assert.deepEqual(await site.up("1", site.build("one", "other content")), reused);
    assert.deepEqual(await site.up("2", site.nowhere()), { ...reused, page: "two" });
  });

  test("that the host has with other content than the source is said so", async (t) => {
    const site = await siteWithOne(t);
    const said: string[] = [];
    const plan = planFor(site.deployPath, { source: site.build("other") });
    const { warnings } = await stageRelease(shellTransport(), plan, (status) => said.push(status));
    assert.deepEqual(warnings, [
      "the host's 1 differs from the source; the host's is used. For the source's content use a new version",
    ]);
    assert.deepEqual(said, ["reused 1, 0 B sent"]);
  });

  test("whose path is missing previews as not here, and fails only where the host lacks it", async (t) => {
    const site = await siteWithOne(t);
    const { inputs, failures } = await site.check("2", site.nowhere());
    assert.deepEqual([inputs.sourceDigest, failures], ["not here", []]);
    assert.deepEqual((await release.diff(site.id, site.state, inputs)).changes, true);
    await assert.rejects(site.up("2", site.nowhere()), {
      message: `Cannot put release 2 into ${site.deployPath} on this host: neither ${site.deployPath}/releases/2 is on the host nor ${site.nowhere()} on this machine. Build 2, or let CI or Deployer put it there`,
    });
  });
});

describe("the same version", () => {
  test("is refused with other content, before anything is asked of the host", async (t) => {
    const site = await siteWithOne(t);
    const { failures } = await site.check("1", site.build("one", "other content"));
    assert.deepEqual(failures, [
      {
        property: "source",
        reason:
          "source has other content than 1 was released with: use a new version, or omit source to keep what the host has",
      },
    ]);
  });

  test("is no change where its source is gone, its path is missing, or the same content lies elsewhere", async (t) => {
    const site = await siteWithOne(t);
    assert.equal(await site.up("1"), "unchanged");
    assert.equal(await site.up("1", site.nowhere()), "unchanged");
    assert.equal(await site.up("1", site.build("elsewhere", "one")), "unchanged");
  });
});
