import { SiteReleaseError } from "../errors.ts";
import { excerpt } from "../excerpt.ts";

/** What a host said is nothing that a script of this package says: the rest of it is not believed either. */
export function garbled(host: string, observed: string): SiteReleaseError {
  return new SiteReleaseError("script-garbled", {
    action: "run a script of this package",
    host,
    observed,
    next: "Look for what changes a command or its output on the way: a ForceCommand, a wrapped shell, a recorder of sessions",
  });
}

/** A count that the host told. */
export function toldNumber(host: string, facts: ReadonlyMap<string, string>, name: string): number {
  const told = facts.get(name);
  const count = Number(told);
  if (told !== undefined && /^\d+$/.test(told) && Number.isSafeInteger(count)) return count;
  throw garbled(
    host,
    `it told ${told === undefined ? `no ${name}` : `"${excerpt(told, 50)}" for ${name}, which is no number`}`,
  );
}
