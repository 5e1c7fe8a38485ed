import { deepEqual, equal, notEqual } from "node:assert/strict";
import { test } from "node:test";
import { object } from "../../../provider/lifecycle/fields.ts";
import { ownerOf, standing } from "../../../provider/lifecycle/owner.ts";
import { releaseShape } from "../../../provider/lifecycle/shapes.ts";

const PARENT = "urn:pulumi:dev::shop::my:index:Shop$pulumi-site-release:index:SiteRelease";
const DYNAMIC = "pulumi-nodejs:dynamic/pulumi-site-release";

function owner(urn: string, news: object = {}) {
  const given = { connection: { host: "web1" }, deployPath: "/srv", version: "1", __urn: urn, ...news };
  return ownerOf(object(releaseShape).parse(given, ""));
}

test("A URN is read to its end", () => {
  deepEqual(standing(`${PARENT}$${DYNAMIC}:Release::a::b`), {
    stack: "dev",
    project: "shop",
    parentType: "my:index:Shop$pulumi-site-release:index:SiteRelease",
    name: "a::b",
  });
});

test("Release and Switch of one site have one owner", () => {
  const release = owner(`${PARENT}$${DYNAMIC}:Release::example.com`);
  deepEqual(release, owner(`${PARENT}$${DYNAMIC}:Switch::example.com`));
  deepEqual({ ...release, id: release.id.length }, { id: 16, stack: "shop/dev", resource: "example.com" });
});

test("Another name, stack, machine, port or directory is another owner", () => {
  const { id } = owner(`${PARENT}$${DYNAMIC}:Release::example.com`);
  const others = [
    owner(`${PARENT}$${DYNAMIC}:Release::example.org`),
    owner(`${PARENT}$${DYNAMIC}:Release::example.com`.replace(":dev::", ":prod::")),
    owner(`${PARENT}$${DYNAMIC}:Release::example.com`, { connection: { host: "web2" } }),
    owner(`${PARENT}$${DYNAMIC}:Release::example.com`, { connection: { host: "web1", port: 2222 } }),
    owner(`${PARENT}$${DYNAMIC}:Release::example.com`, { deployPath: "/srv2" }),
  ];
  for (const other of others) notEqual(other.id, id);
  equal(new Set(others.map((other) => other.id)).size, others.length);
});
