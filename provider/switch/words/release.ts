import { needs } from "../../needs.ts";
import type { FailedSwitch, Words, WordsOf } from "./failedSwitch.ts";

/** What is wrong with the release, by the host or by the client's own trials. */
export const releaseWords: WordsOf = {
  "smoke-failed": tried,
  "warm-failed": tried,
  "probe-failed": tried,
  "current-unresolved": tried,
  "release-missing": (_, detail) => ({
    observed: `${detail} is not there`,
    next: "Let the Release resource put it there first, or CI or Deployer",
  }),
  "release-unfinished": (_, detail) => ({
    observed: `${detail} has no manifest`,
    expected: "a release that was put there whole",
  }),
  "root-missing": (_, detail) => ({
    observed: `${detail} is not there`,
    expected: "the release's web root",
    next: "Set `publicDir`",
  }),
  "release-unreadable": (_, detail) => ({
    observed: `nginx's worker may not pass ${detail}`,
    next: needs.passable.grant(detail.split(" ")[0] ?? ""),
  }),
  "step-undone": ({ plan }, detail) => ({
    observed: `step ${detail} was undone after an earlier switch to ${plan.version} failed, and has not run since`,
    next: 'Run "pulumi up" again',
  }),
};

function tried({ seen }: FailedSwitch, detail: string): Words {
  return seen ?? { observed: `the client fell silent (${detail})` };
}
