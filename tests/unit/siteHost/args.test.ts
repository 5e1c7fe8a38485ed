import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer.js";
import { siteHostShape } from "../../../provider/siteHost/shape.ts";
import { ROOT } from "../../support/paths.ts";

const NAME = "pulumi-site-release";
const schema = new Analyzer(ROOT, NAME, { main: "provider/index.ts" }, new Set(["SiteHost"])).analyze();
const host = schema.components.SiteHost;

test("The multi-language schema takes every argument and output, and needs no other package", () => {
  deepEqual(Object.keys(host?.outputs ?? {}), [
    "connection",
    "deployPath",
    "serverName",
    "includePath",
    "strategy",
    "pools",
    "opcacheUrl",
    "serverBlock",
  ]);
  deepEqual(schema.dependencies, []);
});

test("The arguments are the inputs that the check knows, and each has a description", () => {
  const inputs = Object.entries(host?.inputs ?? {});
  deepEqual(inputs.map(([name]) => name).sort(), [...Object.keys(siteHostShape), "connection"].sort());
  deepEqual(
    inputs.filter(([, { description }]) => description === undefined),
    [],
  );
  const lists = inputs.flatMap(([name, input]) => ("type" in input && input.type === "array" ? [name] : []));
  deepEqual(lists, ["listen", "phpExtensions", "packages", "authorizedKeys", "serverBlockLines"]);
});
