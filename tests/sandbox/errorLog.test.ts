import assert from "node:assert/strict";
import { chmodSync, renameSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { entriesOf } from "../../provider/switch/errorLog.ts";
import { askOnce } from "../../provider/switch/probe.ts";
import { until } from "../support/command.ts";
import { localTransport } from "../support/localTransport.ts";
import { isOpen } from "../support/processes.ts";
import { probePlan } from "../support/site.ts";
import { type SwitchRig, startSwitchRig } from "../support/switchRig.ts";

describe("nginx's error log", () => {
  let rig: SwitchRig;
  let log: string;

  before(async () => {
    rig = await startSwitchRig();
    await rig.release("1");
    log = `${rig.dir}/nginx/error.log`;
  });
  after(() => rig?.close());

  /** One request that php-fpm finds no script for, by another name if one is given. */
  const ask = async (path: string, host = "example.com"): Promise<void> => {
    const answer = await askOnce(localTransport(), probePlan({ port: rig.httpPort, path, host, timeout: 10 }));
    assert.equal("status" in answer && answer.status, 404);
  };
  const failed = (shell: string, probe: () => Promise<void>) =>
    rig.run("1", { by: { shell }, probe: () => probe().then(() => "abort probe") });

  for (const shell of ["dash", "bash --posix", "busybox sh"])
    it(`is told from the switch on, by ${shell}`, async () => {
      await ask("/before.php");
      const { failure, texts, facts } = await failed(shell, async () => {
        await ask("/during.php");
        await ask("/elsewhere.php", "other.example");
      });
      assert.equal(failure?.reason, "probe-failed");
      const lines = texts.get("error-log") ?? [];
      assert.equal(
        lines.some((line) => line.includes("before.php")),
        false,
      );
      assert.equal(lines.filter((line) => line.includes("elsewhere.php")).length, 1);
      const entries = entriesOf(lines, "example.com");
      assert.equal(entries.length, 1, entries.join("\n"));
      assert.match(
        entries[0] ?? "",
        /"Primary script unknown".*"GET \/during\.php HTTP\/1\.1".*, host: "example\.com"$/,
      );
      assert.equal(facts.has("error-log-hidden"), false);
    });

  it("is told from its start when it was turned over meanwhile", async () => {
    const { texts } = await failed("/bin/sh", async () => {
      const old = `${log}.1`;
      renameSync(log, old);
      await rig.deploy(rig.nginx.reload.replace(/reload$/, "reopen"));
      // The workers do it one after another, when the master has.
      await until("nginx to let go of the old log", 30, () => !isOpen(old));
      await ask("/turned.php");
    });
    assert.equal(entriesOf(texts.get("error-log") ?? [], "example.com").length, 1);
  });

  it("is told to be hidden where the login may not read it, with the group that may", async () => {
    const hidden = async (mode: number) => {
      chmodSync(log, mode);
      const { facts, texts } = await failed("/bin/sh", async () => {});
      assert.equal(texts.has("error-log"), false);
      return [facts.get("error-log-hidden"), facts.get("error-log-group")];
    };
    assert.deepEqual(await hidden(0o200), [log, undefined]);
    const group = (await rig.deploy("id -gn")).stdout.trim();
    // Root's own group is not one to join.
    assert.deepEqual(await hidden(0o240), [log, group === "root" ? undefined : group]);
    chmodSync(log, 0o644);
  });
});
