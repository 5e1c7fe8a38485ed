import type { ReleasePlan } from "../../../provider/release/plan.ts";
import { failed } from "../../../provider/release/stageErrors.ts";
import { Output } from "../../../provider/transport/output.ts";
import { lyingHost } from "../../../tests/support/lyingHost.ts";
import { planFor } from "../../../tests/support/releaseTree.ts";
import { type HostWords, hostWords } from "../said.ts";
import { SITE } from "./switches.ts";

const RELEASE = `${SITE}/releases/43`;

/** The release of the page's examples, and its host. */
export const plan: ReleasePlan = {
  ...planFor(SITE, { source: "./builds/43", sourceDigest: "sha256:6c1f…" }),
  version: "43",
  prepare: ["composer install --no-dev", "php artisan config:cache"],
};
export const host = lyingHost(() => Promise.resolve());

/** What the host's script puts into its words. */
const values = {
  $release: RELEASE,
  $version: "43",
  $missing_source: "./builds/43",
  $missing: ` ${SITE}/shared/.env`,
  $deploy_path: SITE,
  $own: `${SITE}/.site-release`,
  $unlinked: "storage",
  $writers: "www-data shop",
  $instead: 'or set writableMode to an octal mode, as in "0775"',
  "$(id -un)": "deploy",
  "${state#changed: }": "vendor/autoload.php",
  $place: `${SITE}/releases`,
  $1: "it changed while it was watched for 2 s",
};

/** The error of a release that the host's script ended with a reason; `done` and what a command printed are told besides. */
export function ended(
  { reason, observed, next, lack }: HostWords,
  more: { readonly printed?: string; readonly done?: string } = {},
): string {
  const output = new Output(() => {});
  output.hear(more.printed ?? "");
  const facts = new Map<string, string>();
  for (const [name, value] of Object.entries({ next, lack, done: more.done }))
    if (value !== undefined) facts.set(name, value);
  const answer = { failure: { reason, detail: observed }, facts, texts: new Map() };
  return failed(host, plan, answer, output, undefined).message;
}

/** Likewise, by what a file of provider/host says with the reason; see hostWords. */
export function endedBy(
  file: string,
  reason: string,
  words: string,
  more: Readonly<Record<string, string>> = {},
): HostWords {
  return hostWords(file, reason, words, { ...values, ...more });
}
