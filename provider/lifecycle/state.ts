import { isDeepStrictEqual } from "node:util";
import { object, type Parsed, type Shape } from "./fields.ts";
import type { Properties } from "./verbs.ts";

/** The properties that have one of `keys`. */
export function pick(properties: Properties, keys: readonly string[]): Properties {
  return Object.fromEntries(keys.flatMap((key) => (properties[key] == null ? [] : [[key, properties[key]]])));
}

/** The inputs that a state holds, whichever version of this package wrote it: what it lacks gets its default. */
export function inputsOf<S extends Shape>(shape: S, state: Properties): Parsed<S> {
  return object(shape).parse(pick(state, Object.keys(shape)), "");
}

/** Neither the order of names nor a missing value survives the wire, so neither counts. */
export function isSame(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(canonical(one), canonical(other));
}

/** What the engine can carry: it refuses undefined anywhere. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value ?? undefined;
  const entries = Object.entries(value).flatMap(([key, each]) =>
    each == null ? [] : [[key, canonical(each)] as const],
  );
  return Object.fromEntries(entries);
}

export function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null;
}
