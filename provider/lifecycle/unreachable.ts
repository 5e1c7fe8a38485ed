import { OnUnreachable } from "../args.ts";
import { SiteReleaseError } from "../errors.ts";
import type { Reporter } from "../progress.ts";
import type { CommonInputs } from "./shapes.ts";
import type { Properties } from "./verbs.ts";

/** The host did not tell what was asked: it was not reached, or could not answer. */
export interface Silence {
  readonly reached: boolean;
  readonly failure: SiteReleaseError;
}

// A host is warned of once in a run, however many resources it has.
const warned = new Set<string>();

/** A refresh keeps what it cannot see, and says so: an error would stop the refresh of the whole stack. */
export function keepUnseen(
  { reached, failure }: Silence,
  props: Properties,
  inputs: CommonInputs,
  report: Reporter,
): Properties {
  const host = inputs.connection?.host ?? "this host";
  if (reached || !warned.has(host)) report.warn(`${failure.message}. The state is kept as it was`);
  if (!reached) warned.add(host);
  return { ...props, reachable: reached };
}

/** A delete of what lies on a host that is gone obeys `onUnreachable`. */
export function forgetOrFail({ reached, failure }: Silence, inputs: CommonInputs, report: Reporter): void {
  if (reached) throw failure;
  if (inputs.onUnreachable === OnUnreachable.Fail) throw stillWanted(failure);
  report.warn(`${failure.message}. Forgotten, as onUnreachable says; nothing was changed on the host`);
}

function stillWanted({ reason, failure }: SiteReleaseError): SiteReleaseError {
  const gone =
    'If the host is gone, set onUnreachable: "forget" and run `pulumi up` first, or use `pulumi state delete`';
  return new SiteReleaseError(reason, {
    ...failure,
    next: failure.next === undefined ? gone : `${failure.next}. ${gone}`,
  });
}
