import { deepEqual } from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { hostOf } from "../../../provider/lifecycle/localPath.ts";
import { releasePlan, switchPlan } from "../../../provider/lifecycle/plans.ts";
import { checkRelease } from "../../../provider/lifecycle/releaseCheck.ts";
import { releaseShape, switchShape } from "../../../provider/lifecycle/shapes.ts";
import { inputsOf } from "../../../provider/lifecycle/state.ts";
import { checkSwitch } from "../../../provider/lifecycle/switchCheck.ts";

const NEWS = { local: true, deployPath: "/srv", version: "42", __urn: "urn:pulumi:dev::shop::t::example.com" };

test("A release's plan has its local path absolute, and a digest only where there is one", async () => {
  const { inputs } = await checkRelease(
    {},
    { ...NEWS, source: "~/no such build", exclude: ["/tests"], sharedFiles: [".env"] },
  );
  const plan = releasePlan(inputsOf(releaseShape, inputs), inputs.sourceDigest, ["a", "b"]);
  deepEqual(plan, {
    deployPath: "/srv",
    version: "42",
    publicDir: "public",
    source: join(homedir(), "no such build"),
    exclude: ["/tests"],
    sharedDirs: [],
    sharedFiles: [".env"],
    writableDirs: [],
    writableMode: "acl",
    dirMode: "0755",
    fileMode: "0644",
    retention: { keepReleases: 5, includePath: "/srv/root_dir.nginx.conf", ownerIds: ["a", "b"] },
    dedupe: "hardlink",
    prepare: [],
    prepareTimeout: 600,
  });
  deepEqual(releasePlan(inputsOf(releaseShape, inputs), "aaa", ["a", "b"]), { ...plan, sourceDigest: "aaa" });
});

test("A switch's plan is the checked inputs, sorted by what they are for", async () => {
  const { inputs } = await checkSwitch({ ...NEWS, nginx: { reload: "nginx -s reload" } });
  const { smoke, probe, opcache } = inputs;
  deepEqual(switchPlan(inputsOf(switchShape, inputs)), {
    site: {
      serverName: "example.com",
      deployPath: "/srv",
      publicDir: "public",
      includePath: "/srv/root_dir.nginx.conf",
    },
    version: "42",
    strategy: "include",
    pools: [],
    smoke,
    probe,
    opcache,
    nginx: { reload: "nginx -s reload", pidFile: "/run/nginx.pid", confDir: "/etc/nginx" },
    lockTimeout: 300,
    commitTimeout: 60,
    reloadTimeout: 10,
    drainTimeout: 10,
    allowPendingEdits: false,
    afterSteps: [],
  });
});

test("A host is this machine, or a connection with its local paths absolute", () => {
  deepEqual(hostOf(inputsOf(releaseShape, NEWS)), { local: true });
  const login = { host: "web1", port: 22, user: "root", dialErrorLimit: 10, perDialTimeout: 15 };
  const connection = { host: "web1", privateKeyPath: "~/.ssh/id", proxy: { host: "jump", agentSocketPath: "agent" } };
  deepEqual(hostOf(inputsOf(releaseShape, { ...NEWS, connection })), {
    ...login,
    privateKeyPath: join(homedir(), ".ssh/id"),
    proxy: { ...login, host: "jump", agentSocketPath: join(process.cwd(), "agent") },
  });
});
