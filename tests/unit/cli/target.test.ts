import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { parseJump, parsePath, parsePort, parseTarget } from "../../../provider/cli/target.ts";

test("A target is read as scp reads it", () => {
  deepEqual(parseTarget("web1:/var/www/a"), { host: "web1", deployPath: "/var/www/a" });
  deepEqual(parseTarget("deploy@web1.example.com:/a/"), { user: "deploy", host: "web1.example.com", deployPath: "/a" });
  deepEqual(parseTarget("me@corp.com@web1:/a"), { user: "me@corp.com", host: "web1", deployPath: "/a" });
  deepEqual(parseTarget("[::1]:/a b@c:d"), { host: "::1", deployPath: "/a b@c:d" });
  deepEqual(parseTarget("deploy@[fe80::1%eth0]:/a"), { user: "deploy", host: "fe80::1%eth0", deployPath: "/a" });
});

test("What is no target is told with the form that it should have", () => {
  const form = "expected [user@]host:/deployPath, as in deploy@web1:/var/www/example.com";
  for (const text of ["", "web1", "web1:", "web1:www", "@web1:/a", "-x y:/a", "\u0000@web1:/a", "a\u009b@web1:/a"])
    equal(parseTarget(text), form, text);
  equal(parseTarget("me@web1:22:/a"), "SSH's port is given by --port");
  equal(parseTarget("::1:/a"), "an IPv6 address stands in brackets, as in [::1]:/var/www/example.com");
  equal(parseTarget("/var/www/a"), "for a site of this machine: --local /var/www/a");
  for (const text of ["web1:/", "web1:///", "web1:/a\nb"])
    equal(parseTarget(text), "the path after the host is the site's directory: absolute, on one line, and not /");
});

test("A path is absolute, and loses the slashes at its end", () => {
  deepEqual(["/a//", "/", "a", "/a\u001b[2J", ""].map(parsePath), ["/a", undefined, undefined, undefined, undefined]);
});

test("A jump host is read as ssh's -J reads it", () => {
  deepEqual(parseJump("bastion"), { host: "bastion" });
  deepEqual(parseJump("me@bastion:2222"), { user: "me", host: "bastion", port: 2222 });
  deepEqual(parseJump("[::1]:22"), { host: "::1", port: 22 });
  deepEqual(
    ["", "a b", "::1", "bastion:0", "bastion:99999", "a,b", "\u001b@b"].map(parseJump),
    Array(7).fill(undefined),
  );
});

test("A port is a whole number that TCP has", () => {
  deepEqual(["1", "65535", "0", "65536", "1.5", "0x16", " 22"].map(parsePort), [
    1,
    65_535,
    ...Array(5).fill(undefined),
  ]);
});
