import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { checkSwitch } from "../../../provider/lifecycle/switchCheck.ts";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const URN = "urn:pulumi:dev::shop::pulumi-site-release:index:SiteRelease$t:Switch::example.com";
const OPCACHE = {
  policy: "auto",
  via: "fastcgi",
  headers: {},
  cachetool: "cachetool",
  warm: [],
  warmUrls: [],
  warmTimeout: 60,
  whenFull: "reset",
};
const NEWS = { local: true, deployPath: "/srv/site", version: "42", __urn: URN };

async function reasons(news: object): Promise<string[]> {
  const { failures } = await checkSwitch({ ...NEWS, ...news });
  return failures.map(({ reason }) => reason);
}

test("checkSwitch completes the inputs with every default", async () => {
  const { inputs, failures } = await checkSwitch(NEWS);
  deepEqual(failures, []);
  deepEqual(inputs, {
    local: true,
    deployPath: "/srv/site",
    version: "42",
    publicDir: "public",
    includePath: "/srv/site/root_dir.nginx.conf",
    onUnreachable: "fail",
    serverName: "example.com",
    pools: [],
    opcache: OPCACHE,
    smoke: { path: "/", method: "GET", headers: {}, expectStatus: [] },
    probe: {
      path: "/",
      scheme: "http",
      address: "127.0.0.1",
      port: 80,
      host: "example.com",
      method: "GET",
      expectStatus: [],
      count: 1,
      interval: 0.5,
      timeout: 30,
    },
    nginx: { timeout: 60, pidFile: "/run/nginx.pid", confDir: "/etc/nginx" },
    strategy: "include",
    lockTimeout: 300,
    commitTimeout: 60,
    reloadTimeout: 10,
    drainTimeout: 10,
    allowPendingEdits: false,
    takeOver: false,
    afterSteps: [],
    beforeSteps: [],
    releaseDir: "/srv/site/releases/42",
    rootDir: "/srv/site/releases/42/public",
    liveVersion: "42",
    include: "as released",
    current: "as released",
    workers: "as released",
    owner: "as released",
    __urn: URN,
    __owner: { id: "56187b8ab009a626", stack: "shop/dev", resource: "example.com" },
  });
});

test("checkSwitch derives defaults from other inputs", async () => {
  const { inputs } = await checkSwitch({
    ...NEWS,
    publicDir: ".",
    serverName: "www.example.com",
    probe: { scheme: "https", timeout: 5 },
    opcache: { url: "http://127.0.0.1:8088/opcache.php" },
    timeout: { create: "1h30m", update: "1.5s" },
  });
  deepEqual(
    [inputs.rootDir, inputs.commitTimeout, inputs.opcache, inputs.timeout],
    [
      "/srv/site/releases/42",
      35,
      { ...OPCACHE, via: "http", url: "http://127.0.0.1:8088/opcache.php" },
      { create: 5400, update: 1.5 },
    ],
  );
  deepEqual(inputs.probe, {
    path: "/",
    scheme: "https",
    address: "127.0.0.1",
    port: 443,
    host: "www.example.com",
    method: "GET",
    expectStatus: [],
    count: 1,
    interval: 0.5,
    timeout: 5,
  });
});

test("checkSwitch needs serverName where the resource's name is no DNS name", async () => {
  for (const name of ["site", "my shop", "a::b.c", "-a.com", "10.0.0.1"])
    deepEqual(
      await reasons({ __urn: `urn:pulumi:dev::shop::t::${name}` }),
      ["serverName is missing: the resource's name is not a DNS name"],
      name,
    );
});

test("checkSwitch names every wrong field at any depth at once", async () => {
  deepEqual(
    await reasons({
      pools: ["run/php.sock", "/run/php.sock", "127.0.0.1:9000", "host:port"],
      opcache: { policy: "clear", url: "ftp://h/" },
      smoke: { headers: { "X Y": "1", Good: "a\r\nb" }, expectBody: "(", method: "get" },
      probe: { expectStatus: 200, port: 0, path: "up", count: 1.5, interval: -1, timeuot: 3 },
      nginx: { pidFile: "nginx.pid", reload: "a\nb" },
      lockTimeout: "10",
      strategy: "current",
      timeout: { create: "soon" },
    }),
    [
      'timeout.create must be a duration as in "5m" or "1h30m"',
      'pools[0] must be the absolute path of a socket, 107 bytes at most, or "host:port"',
      'pools[3] must be the absolute path of a socket, 107 bytes at most, or "host:port"',
      'opcache.policy must be "auto" or "invalidate" or "reset" or "none"',
      'opcache.url must be an http or https URL of the host itself, as in "http://127.0.0.1:8088/opcache.php"',
      `smoke.method must be an HTTP method, as in "GET"`,
      `the name "X Y" in smoke.headers must be an HTTP header's name`,
      "smoke.headers.Good must be a text of one line",
      "smoke.expectBody must be a JavaScript regular expression",
      'probe.path must be a path that starts with "/", without spaces',
      "probe.port must be a port, 1 to 65535",
      "probe.expectStatus must be a list",
      "probe.count must be a whole number, 1 to 100",
      "probe.interval must be seconds, 0 to 86400",
      '"timeuot" is not a field of probe; did you mean timeout?',
      "nginx.reload must be a text of one line",
      'nginx.pidFile must be an absolute path without "." or ".." or a slash at its end, made of letters, digits and "._@+~-", which nginx takes as they are',
      'strategy must be "include" or "symlink"',
      "lockTimeout must be seconds, more than 0 and at most 86400",
    ],
  );
});

test("checkSwitch refuses the pools that no connection could be made to", async () => {
  const pools = [
    "a:65536",
    "h\u00f6st:9000",
    "\u001b[2J:80",
    "a/b:80",
    `/${"x".repeat(107)}`,
    `/${"\u00f6".repeat(54)}`,
  ];
  const reason = (_: string, index: number) =>
    `pools[${index}] must be the absolute path of a socket, 107 bytes at most, or "host:port"`;
  deepEqual(await reasons({ pools }), pools.map(reason));
});

test("checkSwitch refuses a URL that is not asked as it is written", async () => {
  const reason =
    'opcache.url must be an http or https URL of the host itself, as in "http://127.0.0.1:8088/opcache.php"';
  for (const url of ["http://127.0.0.1/\u001b[2J", "http://127.0.0.1/a\nb", " http://127.0.0.1/", "http://a b/"])
    deepEqual(await reasons({ opcache: { url } }), [reason], url);
});

test("checkSwitch shows a name that it does not know as a terminal may be shown it", async () => {
  deepEqual(await reasons({ "\u009b2Jbad": 1, smoke: { headers: { "a\u007f": "1" } } }), [
    'the name "a\\u{7f}" in smoke.headers must be an HTTP header\'s name',
    '"\\u{9b}2Jbad" is not an input',
  ]);
});

test("checkSwitch refuses inputs that contradict one another", async () => {
  deepEqual(await reasons({ opcache: { headers: { "X-Token": "t" } } }), ['opcache.headers are for via "http"']);
  deepEqual(await reasons({ opcache: { warm: ["../a/*.php", "/etc/*.php", "!a", "src/**/*.php"] } }), [
    'opcache.warm[0] must be a glob of files inside the release, as in "src/**/*.php", without "." or ".." or a leading "/" or "!"',
    'opcache.warm[1] must be a glob of files inside the release, as in "src/**/*.php", without "." or ".." or a leading "/" or "!"',
    'opcache.warm[2] must be a glob of files inside the release, as in "src/**/*.php", without "." or ".." or a leading "/" or "!"',
  ]);
  deepEqual(await reasons({ opcache: { via: "http" }, commitTimeout: 10 }), [
    'opcache.url is missing: via "http" asks it',
    "commitTimeout must be at least probe.timeout, or the host gives up first",
  ]);
});

test("checkSwitch takes a probe's URL in place of what it says, and no header that is not the user's to write", async () => {
  const url = "https://www.example.com/up";
  deepEqual(await reasons({ probe: { url, path: "/", port: 443, method: "HEAD" } }), [
    "probe.url says all that probe.path, probe.port would: leave out one or the other",
  ]);
  deepEqual(await reasons({ probe: { headers: { HOST: "a", "content-Length": "1", Cookie: "b" } } }), [
    "probe.headers cannot have Host: that is probe.host, or the name in probe.url",
    "probe.headers cannot have content-Length: the request has its own",
  ]);
  deepEqual(await reasons({ probe: { url, headers: { Authorization: UNKNOWN } } }), []);
  deepEqual(await reasons({ probe: { url: UNKNOWN, headers: UNKNOWN, expectHeaders: UNKNOWN } }), []);
});

test("checkSwitch names a wrong field of a probe without its value", async () => {
  const secret = "hunter2hunter2";
  const urls = [
    `https://me:${secret}@example.com/`,
    `https://example.com/#${secret}`,
    `example.com/${secret}`,
    "ftp://a/",
    "http://",
  ];
  for (const url of urls)
    deepEqual(await reasons({ probe: { url } }), [
      'probe.url must be an http or https URL without user, password and fragment, as in "https://www.example.com/up"',
    ]);
  deepEqual(
    await reasons({
      probe: {
        headers: { "X Y": "1", "X-Two": `${secret}\n`, "X-Far": `${secret}€`, "X-None": "", "X-List": [secret] },
        expectHeaders: { "a:b": "1", "x-version": "(" },
        ca: `-----BEGIN CERTIFICATE-----\n${secret}\n-----END CERTIFICATE-----`,
      },
    }),
    [
      "probe.ca must be certificates in PEM, or the path of a file with them",
      'the name "X Y" in probe.headers must be an HTTP header\'s name',
      ...["X-Two", "X-Far", "X-None", "X-List"].map(
        (name) => `probe.headers.${name} must be an HTTP header's value: one line, without characters beyond Latin-1`,
      ),
      'the name "a:b" in probe.expectHeaders must be an HTTP header\'s name',
      "probe.expectHeaders.x-version must be a JavaScript regular expression",
    ],
  );
});

test("checkSwitch takes nothing that undoes a step after the switch", async () => {
  const step = { name: "restart", command: "true", onRestore: "true" };
  deepEqual(await reasons({ beforeSteps: [{ ...step, when: "before" }, UNKNOWN, { ...step, when: "after" }] }), [
    "beforeSteps[2].onRestore is for a step before the switch: one after it never ran when a restore comes",
  ]);
});

test("checkSwitch hands unknown values on, at any depth, and derives unknown ones", async () => {
  const { inputs, failures } = await checkSwitch({
    ...NEWS,
    deployPath: UNKNOWN,
    pools: [UNKNOWN],
    smoke: { headers: { Host: UNKNOWN } },
    probe: { scheme: UNKNOWN, timeout: UNKNOWN },
    opcache: UNKNOWN,
    nginx: UNKNOWN,
  });
  deepEqual(failures, []);
  const { deployPath, includePath, releaseDir, rootDir, pools, smoke, opcache, nginx, commitTimeout } = inputs;
  deepEqual([deployPath, includePath, releaseDir, rootDir, opcache, nginx, commitTimeout], Array(7).fill(UNKNOWN));
  deepEqual(pools, [UNKNOWN]);
  deepEqual(smoke, { path: "/", method: "GET", headers: { Host: UNKNOWN }, expectStatus: [] });
  deepEqual(inputs.__owner, { id: UNKNOWN, stack: "shop/dev", resource: "example.com" });
});
