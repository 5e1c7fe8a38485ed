import type { Readable } from "node:stream";
import { SiteReleaseError } from "../errors.ts";

// A host that floods is cut off instead of filling the memory.
const LONGEST_LINE = 64 * 1024;
const LONGEST_TALK = 32 * 1024 * 1024;

/** The lines that a host sends; the last one may lack its end. */
export async function* lines(stream: Readable, host: string): AsyncGenerator<string> {
  let rest = "";
  let total = 0;
  stream.setEncoding("utf8");
  for await (const chunk of stream) {
    const text = String(chunk);
    total += text.length;
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    if (rest.length > LONGEST_LINE || total > LONGEST_TALK) throw flooded(host);
    yield* parts;
  }
  if (rest !== "") yield rest;
}

function flooded(host: string): SiteReleaseError {
  return new SiteReleaseError("script-floods", {
    action: "run a script of this package",
    host,
    observed: "it says more than a script of this package ever would",
    expected: `lines below ${LONGEST_LINE / 1024} KiB, ${LONGEST_TALK / 1024 / 1024} MiB in all`,
    next: "Look for a start-up file of the login shell that prints without end",
  });
}
