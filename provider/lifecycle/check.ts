import { type Fault, Faults } from "./fields.ts";
import { canonical } from "./state.ts";
import type { CheckFailure, CheckResult, Properties } from "./verbs.ts";

/** The names that the package itself adds; nobody has to know them. */
export function isHidden(name: string): boolean {
  return name.startsWith("__");
}

/** Checks inputs with `decide`, which gives the checked ones or throws what is wrong with them. */
export async function checked(
  news: Properties,
  decide: (given: Properties) => Promise<Properties>,
): Promise<CheckResult> {
  // The engine's own key is put back by its server.
  const { __provider, ...given } = news;
  try {
    return { inputs: stripped(await decide(given)), failures: [] };
  } catch (error) {
    if (!(error instanceof Faults)) throw error;
    return { inputs: given, failures: error.faults.map((fault) => failure(fault, given)) };
  }
}

// The engine prints the value of the property that a failure names, secret or not (pkg/resource/deploy: NewResourcePropertyInvalidValueError):
// only plain texts at the top are named.
function failure({ at, reason }: Fault, given: Properties): CheckFailure {
  const isPlain = at !== "connection" && ["string", "number", "boolean"].includes(typeof given[at]);
  return { property: isPlain ? at : "", reason };
}

/** Properties that the engine can carry. */
export function stripped(properties: object): Properties {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([key, value]) => (value == null ? [] : [[key, canonical(value)]])),
  );
}

/** The outputs of an update that asks no host: whose the site is there stays what was written there last. */
export function remembered(olds: Properties, news: Properties): Properties {
  return stripped({ ...olds, ...news, __owner: olds.__owner ?? news.__owner });
}
