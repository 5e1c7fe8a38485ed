import { isHidden } from "./check.ts";
import { hasNewAddress, replacedBy } from "./identity.ts";
import { releaseShape, stepShape, switchShape } from "./shapes.ts";
import { inputsOf, isSame } from "./state.ts";
import type { DiffResult, Properties } from "./verbs.ts";

/** The names of the checked inputs of a Release. */
export const RELEASE_INPUTS = [...Object.keys(releaseShape), "sourceDigest", "releaseDir", "releaseState"];

/** The names of the checked inputs of a Switch. */
export const SWITCH_INPUTS = [
  ...Object.keys(switchShape),
  "releaseDir",
  "rootDir",
  "liveVersion",
  "include",
  "current",
  "workers",
];

/** The names of the checked inputs of a Step. */
export const STEP_INPUTS = Object.keys(stepShape);

// The version is the identity of content: where it comes from is no change by itself.
const RELEASE_COMPARED = RELEASE_INPUTS.filter(
  (name) => !isHidden(name) && name !== "source" && name !== "sourceDigest",
);
const SWITCH_COMPARED = SWITCH_INPUTS.filter((name) => !isHidden(name));

const STEP_COMPARED = STEP_INPUTS.filter((name) => !isHidden(name));

// What only says how later work is done.
const OWN = new Set([
  "onUnreachable",
  "timeout",
  "lockTimeout",
  "commitTimeout",
  "reloadTimeout",
  "drainTimeout",
  "allowPendingEdits",
  "takeOver",
  "afterSteps",
]);

export function diffRelease(olds: Properties, news: Properties): DiffResult {
  return result(changed(RELEASE_COMPARED, olds, news), olds, news);
}

export function diffSwitch(olds: Properties, news: Properties): DiffResult {
  return result(changed(SWITCH_COMPARED, olds, news), olds, news);
}

export function diffStep(olds: Properties, news: Properties): DiffResult {
  return result(changed(STEP_COMPARED, olds, news), olds, news);
}

/** Only another version, or another place for it, is a reason to ask the host; a step's text and a key are for later versions. */
export function stepNeedsHost(olds: Properties, news: Properties): boolean {
  const changes = changed(STEP_COMPARED, olds, news);
  return changes.length === 0 || changes.includes("version") || moved(olds, news);
}

/** A release has work on the host only where another one is wanted, or it is not as it should be; the rest is for later ones. */
export function releaseNeedsHost(olds: Properties, news: Properties): boolean {
  const changes = changed(RELEASE_COMPARED, olds, news);
  return (
    changes.length === 0 || changes.some((name) => ["version", "releaseState"].includes(name)) || moved(olds, news)
  );
}

/** New credentials and the package's own options are only remembered. A forced update, which has no change, means the host. */
export function switchNeedsHost(olds: Properties, news: Properties): boolean {
  const changes = changed(SWITCH_COMPARED, olds, news);
  return changes.length === 0 || changes.some((name) => !OWN.has(name) && name !== "connection") || moved(olds, news);
}

function changed(names: readonly string[], olds: Properties, news: Properties): string[] {
  return names.filter((name) => !isSame(olds[name], news[name]));
}

function moved(olds: Properties, news: Properties): boolean {
  return hasNewAddress(placesOf(olds), placesOf(news));
}

function result(changes: readonly string[], olds: Properties, news: Properties): DiffResult {
  const replaces = changes.length === 0 ? [] : replacedBy(placesOf(olds), placesOf(news));
  return { changes: changes.length > 0, replaces };
}

// Both resources have their place in common.
function placesOf(properties: Properties) {
  return inputsOf(releaseShape, { ...properties, source: undefined });
}
