import type { Origin } from "../release/origin.ts";
import { archiveOrigin } from "./archive.ts";
import { localPath } from "./localPath.ts";
import type { ReleaseInputs } from "./shapes.ts";

type Given = Pick<ReleaseInputs, "source" | "archive">;

/** The input that says what the version is built from, if one is given. */
export function givenOrigin({ source, archive }: Given) {
  return archive === undefined ? { name: "source", value: source } : { name: "archive", value: archive };
}

/** What this machine can build the version from. */
export function originOf({ source, archive }: Given): Origin | undefined {
  if (archive !== undefined) return archiveOrigin(archive);
  return source === undefined ? undefined : localPath(source);
}
