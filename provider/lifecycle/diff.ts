import { isHidden } from "./check.ts";
import { completeSwitch } from "./complete.ts";
import type { Shape } from "./fields.ts";
import { hasNewAddress, replacedBy } from "./identity.ts";
import { releaseShape, stepShape, switchShape } from "./shapes.ts";
import { inputsOf, isSame } from "./state.ts";
import { AS_RELEASED } from "./switchCheck.ts";
import type { DiffResult, Properties } from "./verbs.ts";
import { opcachePolicyToday } from "./writtenBefore.ts";

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
  "owner",
];

/** The names of the checked inputs of a Step. */
export const STEP_INPUTS = Object.keys(stepShape);

// The version is the identity of content: where it comes from is no change by itself.
const ORIGIN = ["source", "archive", "sourceDigest"];
const RELEASE_COMPARED = RELEASE_INPUTS.filter((name) => !isHidden(name) && !ORIGIN.includes(name));
const SWITCH_COMPARED = SWITCH_INPUTS.filter((name) => !isHidden(name));

const STEP_COMPARED = STEP_INPUTS.filter((name) => !isHidden(name));

// What only says how later work is done.
const OWN = new Set([
  "onUnreachable",
  "timeout",
  "opcache",
  "lockTimeout",
  "commitTimeout",
  "reloadTimeout",
  "drainTimeout",
  "allowPendingEdits",
  "takeOver",
  "afterSteps",
  "beforeSteps",
]);

export function diffRelease(olds: Properties, news: Properties): DiffResult {
  return result(releaseChanges(olds, news), olds, news);
}

function releaseChanges(olds: Properties, news: Properties): string[] {
  return changed(RELEASE_COMPARED, completed(releaseShape, olds), completed(releaseShape, news));
}

export function diffSwitch(olds: Properties, news: Properties): DiffResult {
  return result(switchChanges(olds, news), olds, news);
}

function switchChanges(olds: Properties, news: Properties): string[] {
  return changed(SWITCH_COMPARED, switchToday(olds, news), switchToday(news, olds));
}

/** A switch's state as this version would have written it; `facing` is what it is compared with. */
function switchToday(state: Properties, facing: Properties): Properties {
  const inputs = inputsOf(switchShape, state);
  const complete = completeSwitch(inputs);
  const policy = opcachePolicyToday(complete.opcache.policy, state.opcache, facing.opcache);
  // The first states were written without an owner.
  return { owner: AS_RELEASED, ...state, ...inputs, ...complete, opcache: { ...complete.opcache, policy } };
}

export function diffStep(olds: Properties, news: Properties): DiffResult {
  return result(stepChanges(olds, news), olds, news);
}

function stepChanges(olds: Properties, news: Properties): string[] {
  return changed(STEP_COMPARED, completed(stepShape, olds), completed(stepShape, news));
}

/**
 * A state of an older version of this package lacks inputs that came later: it meant what their defaults are. In a refresh it is the state
 * that is new.
 */
function completed(shape: Shape, properties: Properties): Properties {
  // An archive comes here by its hash alone.
  return { ...properties, ...inputsOf(shape, { ...properties, source: undefined, archive: undefined }) };
}

/** Only another version, or another place for it, is a reason to ask the host; a step's text and a key are for later versions. */
export function stepNeedsHost(olds: Properties, news: Properties): boolean {
  const changes = stepChanges(olds, news);
  return changes.length === 0 || changes.includes("version") || moved(olds, news);
}

/** A release has work on the host only where another one is wanted, or it is not as it should be; the rest is for later ones. */
export function releaseNeedsHost(olds: Properties, news: Properties): boolean {
  const changes = releaseChanges(olds, news);
  return (
    changes.length === 0 || changes.some((name) => ["version", "releaseState"].includes(name)) || moved(olds, news)
  );
}

/** New credentials and the package's own options are only remembered. A forced update, which has no change, means the host. */
export function switchNeedsHost(olds: Properties, news: Properties): boolean {
  const changes = switchChanges(olds, news);
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
  return inputsOf(releaseShape, { ...properties, source: undefined, archive: undefined });
}
