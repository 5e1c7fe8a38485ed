import { SiteReleaseError } from "../../../provider/errors.ts";
import { changedSince, cut } from "../../../provider/release/stageErrors.ts";
import { quoted, quotedError } from "../said.ts";
import type { Trouble } from "../trouble.ts";
import { ended, endedBy, host, plan } from "./releaseWords.ts";

const lost = new SiteReleaseError("connection-lost", { action: "", observed: "it was silent for 15 s" });
const cutError = cut(host, plan, lost);

/** What is wrong with what a release is made of, or with its way to the host. */
export const source: readonly Trouble[] = [
  {
    title: "Neither the release nor its source is there",
    text: ended(endedBy("stage/main.sh", "release-missing", "neither")),
    why: 'The version is not on the host, and what it is built from is not on this machine. A preview says "not here" and goes on, since CI previews without a build.',
  },
  {
    title: "No source is given, and the release is not there",
    text: ended(endedBy("stage/main.sh", "release-missing", "no source")),
    why: "Without `source` the version must be put there by others, under exactly this name.",
  },
  {
    title: "The source is other than it was in the preview",
    text: changedSince(plan).message,
    why: "The build still ran, or two builds share a directory. What was previewed is what is released, or nothing is.",
  },
  {
    title: "A file changed while it was sent",
    text: quotedError(
      {
        action: "send …",
        observed: "… changed while the release was sent",
        expected: "a source that stands still",
        next: "Run it again when the build has ended",
      },
      "release/tarStream.ts",
    ),
    why: "As above, a moment later.",
  },
  {
    title: "Other content under the same version",
    text: quoted(
      "… has other content than … was released with: use a new version, or omit … to keep what the host has",
      "lifecycle/sourceDigest.ts",
    ),
    why: "A version is its content: what was tried and what is served must be told apart. It is refused in preview, and nothing is asked of the host.",
    act: "a new version, as a tag or a commit's hash. Time stamps and file modes do not count as content; generated files in the build directory do (`exclude` leaves them out).",
  },
  {
    title: "The source holds what a release cannot",
    text: quotedError(
      {
        action: "make a release of …",
        observed: "… is a link that leaves the release, to …",
        expected: "files, directories and links that stay in the release",
        next: "Make the link relative and keep it inside (Laravel: php artisan storage:link --relative), or share its target",
      },
      "release/admission.ts",
    ),
    why: "Links to places outside, devices, sockets and FIFOs mean something else on the host. Links that lead nowhere are fine, as long as they stay inside.",
  },
  {
    title: "The upload was cut",
    text: cutError instanceof Error ? cutError.message : "",
    why: "The connection broke, and so it did on five more tries in the same run.",
  },
];
