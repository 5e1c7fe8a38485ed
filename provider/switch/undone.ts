import { SiteReleaseError } from "../errors.ts";
import type { Undone } from "../step/undo.ts";

/** The error of a failed switch, with what became of the steps before it; `undone` is absent where nothing could be undone. */
export function withUndone(error: SiteReleaseError, version: string, undone: Undone | undefined): SiteReleaseError {
  const { done, next, ...failure } = error.failure;
  const dones = [done, ...(undone === undefined ? [UNPROVED] : whatWasUndone(undone))].filter(isGiven);
  const nexts = [next, ...(undone === undefined ? [] : adviceAfter(undone, version))].filter(isGiven);
  const told = {
    ...failure,
    ...(dones.length > 0 && { done: dones.join("; ") }),
    ...(nexts.length > 0 && { next: nexts.join(". ") }),
  };
  return new SiteReleaseError(error.reason, told, { cause: error });
}

const UNPROVED =
  "no onRestore ran, since it is not proved that an earlier version serves: what the steps before the switch did stays done";

function whatWasUndone({ ran, failed, left }: Undone): (string | undefined)[] {
  return [
    ran.length > 0 ? `onRestore of ${ran.join(", ")} ran` : undefined,
    failed && `onRestore of ${failed.name} failed: ${failed.observed}`,
    left.length > 0 ? `that of ${left.join(", ")} was not tried after it` : undefined,
  ];
}

function adviceAfter({ ran, failed, left }: Undone, version: string): (string | undefined)[] {
  const stays = left.length > 0 ? `; what ${left.join(", ")} did stays done` : "";
  return [
    failed?.next,
    failed && `Look at what step ${failed.name} left, and undo it by hand if the site needs that${stays}`,
    failed || ran.length > 0 ? `The next \`pulumi up\` to ${version} runs again what was undone` : undefined,
  ];
}

function isGiven(part: string | undefined): part is string {
  return part !== undefined;
}
