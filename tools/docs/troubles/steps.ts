import { type HostWords, hostWords, quotedError } from "../said.ts";
import type { Trouble } from "../trouble.ts";
import { SITE } from "./switches.ts";

const STEP = "run step … for …";
const AFTER = "what it did stays done";
const FILES = ["step/run.ts", "step/talk.ts"] as const;

function told({ observed, next = "" }: HostWords): string {
  return `Cannot run step migrate for 43 on web1: ${observed}. ${next}`;
}

const values = {
  $release: `${SITE}/releases/43`,
  $step_timeout: "600",
  $own: `${SITE}/.site-release`,
  $version: "43",
};

/** What keeps a step from running, or a version's steps from being undone. */
export const steps: readonly Trouble[] = [
  {
    title: "A step failed before the switch",
    text: quotedError(
      {
        action: STEP,
        observed: "it ended with exit code …",
        done: AFTER,
        next: "Nothing was switched. The next `pulumi up` runs the step again",
      },
      ...FILES,
    ),
    why: "Its command ended with another code than 0; what it printed last is in the error, behind a stack trace's message. The old version serves on. `onRestore` does not run: the step itself may have done half of its work.",
    act: "mend what it met, and run `pulumi up`. If the version itself is wrong, set the version back: the step counts as not run.",
  },
  {
    title: "A step failed after the switch",
    text: quotedError(
      {
        action: STEP,
        observed: "it ended with exit code …",
        done: AFTER,
        next: "The version is live. The next `pulumi up` runs the step again",
      },
      ...FILES,
    ),
    why: "The version serves and stays; only this step, and those after it, are still to come.",
  },
  {
    title: "A step took too long",
    text: quotedError({ action: STEP, observed: "it was not done after … s and was ended", done: AFTER }, ...FILES),
    why: "A step has `timeout` seconds, 600 by default, and is ended with everything that it started.",
    act: "raise its `timeout`. What may run for hours, as an index on a large table, is better started by hand, or made to go on in the background.",
  },
  {
    title: "Another step of the site runs",
    text: told(hostWords("step.sh", "step-locked", "another step", values)),
    why: "Steps of one site run one after the other. A step whose Pulumi was killed goes on to its end.",
  },
  {
    title: "A step was overtaken",
    text: quotedError(
      {
        action: STEP,
        observed: "…",
        expected: "…",
        done: "it was not run",
        next: "Somebody else switched the site: `pulumi up --refresh` switches it again, and runs the step",
      },
      "step/run.ts",
    ),
    why: "A step after the switch belongs to the version that is live, and between the switch and the step another run made another one live.",
  },
  {
    title: "An onRestore failed",
    text: quotedError(
      {
        action: "switch … to …",
        observed: "…",
        done: "onRestore of … failed: …",
        next: "Look at what step … left, and undo it by hand if the site needs that",
      },
      "switch/undone.ts",
      "switch/failures.ts",
    ),
    why: `The switch failed first, for the reason in the text, and the earlier version serves. Then what a step had done was to be undone, and its command failed, or "${hostWords("step.sh", "step-locked", "another switch", values).observed}".`,
    act: "what the text says; steps before it in the list are left alone, as what they did may be the backup of this one.",
  },
  {
    title: "Nothing was undone after a failed switch",
    text: quotedError(
      {
        action: "switch … to …",
        observed: "…",
        done: "no onRestore ran, since it is not proved that an earlier version serves: what the steps before the switch did stays done",
      },
      "switch/undone.ts",
      "switch/failures.ts",
    ),
    why: "To undo a migration under a version that may still serve would be worse. See [onRestore](steps.md#onrestore).",
    act: "find out what serves (`npx pulumi-site-release status`), and run `pulumi up`.",
  },
];
