import { match, ok } from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { writePicture } from "../../../../tools/demo/picture.ts";
import { evaluate, type Sample } from "../../../support/load/evaluate.ts";
import { ROOT } from "../../../support/paths.ts";

test("The picture says what the requests met, in texts that are texts", async () => {
  const samples = Array.from({ length: 100 }, (_, index): Sample => {
    const due = 100 + index * 10;
    const version = index < 50 ? "1" : "2";
    return {
      due,
      sent: due,
      ended: due + 5,
      reused: false,
      answer: { status: 200, versions: [version, version, version] },
    };
  });
  const marks = [
    { label: "calm", at: 100, version: "1" },
    { label: "to 2", at: 400 },
    { label: "Version 2 takes over", at: 900, version: "2" },
  ];
  const dir = mkdtempSync(join(tmpdir(), "picture-"));
  try {
    const path = join(dir, "switch.svg");
    const act = { title: "Version 2 takes over", version: "2", ending: "live", live: "2" } as const;
    await writePicture(path, { samples, marks, result: evaluate(samples, marks) }, [act]);
    const svg = readFileSync(path, "utf8");
    for (const text of [
      "100 requests while versions come and go: 0 failed, 0 met a mixture",
      "switch to 2",
      "version 1",
    ])
      ok(svg.includes(`>${text}</text>`), text);
    isPicture(svg);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test("The README's picture is small, readable on any background, and tells of no failed request", () => {
  const svg = readFileSync(join(ROOT, "docs/switch.svg"), "utf8");
  isPicture(svg);
  ok(svg.length < 60_000, `${svg.length} bytes`);
  match(svg, />\d+ requests while versions come and go: 0 failed, 0 met a mixture<\/text>/);
});

function isPicture(svg: string): void {
  match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^>]*><rect [^>]*fill="white"\/>/);
  ok(!/NaN|undefined|<script|href=/.test(svg));
}
