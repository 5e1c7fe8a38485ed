import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer.js";
import { releaseShape, stepShape, switchShape } from "../../provider/lifecycle/shapes.ts";
import { ROOT } from "../support/paths.ts";

const NAME = "pulumi-site-release";
const schema = new Analyzer(ROOT, NAME, { main: "provider/index.ts" }, new Set(["SiteRelease"])).analyze();
const site = schema.components.SiteRelease;

test("The multi-language schema takes every argument and output, and needs no other package", () => {
  deepEqual(Object.keys(site?.outputs ?? {}), [
    "liveVersion",
    "previousVersion",
    "releaseDir",
    "rootDir",
    "includePath",
    "report",
  ]);
  deepEqual(schema.dependencies, []);
});

test("The arguments are the inputs that the checks know, name by name", () => {
  const known = Object.keys({ ...releaseShape, ...switchShape, steps: [] }).filter((name) => !name.startsWith("__"));
  // customTimeouts become `timeout`, and the steps `afterSteps` and `beforeSteps` of a switch: no arguments.
  const own = ["timeout", "afterSteps", "beforeSteps"];
  deepEqual(Object.keys(site?.inputs ?? {}).sort(), known.filter((name) => !own.includes(name)).sort());
});

test("The fields of nested arguments are the fields that the checks know", () => {
  const nested = {
    ProbeArgs: switchShape.probe,
    SmokeArgs: switchShape.smoke,
    OpcacheArgs: switchShape.opcache,
    NginxArgs: switchShape.nginx,
    SiteStepArgs: stepShape.step,
  };
  for (const [type, section] of Object.entries(nested)) {
    const names = Object.keys(schema.typeDefinitions[type]?.properties ?? {});
    deepEqual(Object.keys(section.shape).sort(), names.sort(), type);
  }
});

test("Lists are lists in the schema", () => {
  const lists = Object.entries(site?.inputs ?? {}).flatMap(([name, input]) =>
    "type" in input && input.type === "array" ? [name] : [],
  );
  deepEqual(lists, ["exclude", "sharedDirs", "sharedFiles", "writableDirs", "pools", "prepare", "steps"]);
});

test("Every argument and field has a description", () => {
  const described = [site?.inputs, ...Object.values(schema.typeDefinitions).map((type) => type.properties)];
  const silent = described.flatMap((fields) =>
    Object.entries(fields ?? {}).flatMap(([name, field]) => (field.description === undefined ? [name] : [])),
  );
  deepEqual(silent, []);
});
