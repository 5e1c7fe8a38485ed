#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { painted } from "./layout.ts";
import { run } from "./run.ts";

const { version } = JSON.parse(readFileSync(join(__dirname, "../../../package.json"), "utf8"));

// `status | head` is nobody's mistake.
process.stdout.on("error", (error) => {
  if (!("code" in error && error.code === "EPIPE")) throw error;
});

const streams = {
  out: (text: string) => void process.stdout.write(text),
  err: (text: string) => void process.stderr.write(text),
};
void run(process.argv.slice(2), version, streams, painted).then((code) => {
  process.exitCode = code;
});
