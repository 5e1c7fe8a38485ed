import { closest, distance } from "fastest-levenshtein";
import { excerpt } from "../excerpt.ts";
import { isUnknown } from "./unknown.ts";

/** What is wrong with one input. `at` names it ("probe.path"), the reason never tells its value. */
export interface Fault {
  readonly at: string;
  readonly reason: string;
}

/** All that is wrong with a set of inputs. */
export class Faults extends Error {
  override readonly name = "Faults";
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faults.map((fault) => fault.reason).join("; "));
    this.faults = faults;
  }
}

/** One input: tells a good value from a bad one. A value that a preview does not know passes every field untouched. */
export interface Field<T> {
  parse(value: unknown, at: string): T;
}

export type Shape = Readonly<Record<string, Field<unknown>>>;
type ValueOf<F> = F extends Field<infer T> ? T : never;
type OptionalKeys<S extends Shape> = { [K in keyof S]: undefined extends ValueOf<S[K]> ? K : never }[keyof S];
/** The values of a shape's fields. */
export type Parsed<S extends Shape> = { readonly [K in Exclude<keyof S, OptionalKeys<S>>]: ValueOf<S[K]> } & {
  readonly [K in OptionalKeys<S>]?: Exclude<ValueOf<S[K]>, undefined>;
};

/** A field whose good values `accept` knows; `expected` ends the sentence "<at> must be …". */
export function field<T>(expected: string, accept: (value: unknown) => value is T): Field<T> {
  return {
    parse(value, at) {
      if (isAbsent(value)) throw new Faults([{ at, reason: `${at} is missing` }]);
      if (isUnknown(value) || accept(value)) return value as T;
      throw new Faults([{ at, reason: `${at} must be ${expected}` }]);
    },
  };
}

/** A field that may be left out. */
export function optional<T>(inner: Field<T>): Field<T | undefined> {
  return { parse: (value, at) => (isAbsent(value) ? undefined : inner.parse(value, at)) };
}

/** A field that has a value also when it is left out. */
export function fallback<T>(inner: Field<T>, value: T): Field<T> {
  return { parse: (given, at) => (isAbsent(given) ? value : inner.parse(given, at)) };
}

/** A list whose items are all of one kind. */
export function list<T>(item: Field<T>): Field<readonly T[]> {
  const whole = field("a list", (value): value is unknown[] => Array.isArray(value));
  return {
    parse(value, at) {
      const items = whole.parse(value, at);
      if (!Array.isArray(items)) return items;
      return gather(items.map((each, index) => () => item.parse(each, `${at}[${index}]`)));
    },
  };
}

/** An object with names of the user's choice. */
export function record<T>(name: Field<string>, item: Field<T>): Field<Readonly<Record<string, T>>> {
  return {
    parse(value, at) {
      const whole = plainObject.parse(value, at);
      if (isUnknown(whole)) return whole as Record<string, T>;
      const entries = Object.entries(whole).map(([key, each]) => () => {
        name.parse(key, `the name ${shown(key)} in ${at}`);
        return [key, item.parse(each, `${at}.${key}`)] as const;
      });
      return Object.fromEntries(gather(entries));
    },
  };
}

/** An object with the names of `shape`, and no others; a wrong name is compared with `candidates`. */
export function object<S extends Shape>(shape: S, candidates = Object.keys(shape)): Field<Parsed<S>> {
  return {
    parse(value, at) {
      const whole = plainObject.parse(value, at);
      if (isUnknown(whole)) return whole as Parsed<S>;
      const entries = Object.entries(shape).map(([key, each]) => () => {
        return [key, each.parse(whole[key], at === "" ? key : `${at}.${key}`)] as const;
      });
      const strangers = Object.keys(whole).map((key) => () => {
        if (!(key in shape)) throw new Faults([stranger(key, at, candidates)]);
      });
      const [values] = gather<unknown>([() => gather(entries), () => gather(strangers)]);
      return Object.fromEntries((values as [string, unknown][]).filter(([, each]) => each !== undefined)) as Parsed<S>;
    },
  };
}

/** An object that means its defaults when it is left out. */
export function section<S extends Shape>(shape: S): Field<Parsed<S>> & { readonly shape: S } {
  const whole = object(shape);
  return { shape, parse: (value, at) => whole.parse(isAbsent(value) ? {} : value, at) };
}

/** An object that must be given. */
export function required<S extends Shape>(shape: S): Field<Parsed<S>> & { readonly shape: S } {
  return { shape, ...object(shape) };
}

function stranger(name: string, at: string, candidates: readonly string[]): Fault {
  const nearest = closest(name, [...candidates]);
  const meant = distance(name, nearest) <= Math.max(2, name.length / 3) ? `; did you mean ${nearest}?` : "";
  const where = at === "" ? "an input" : `a field of ${at}`;
  return { at: `${at}.${name}`, reason: `${shown(name)} is not ${where}${meant}` };
}

// JSON has words for the control characters below 32 only, and a name may be as long as anybody likes.
function shown(name: string): string {
  return `"${excerpt(name, 80)}"`;
}

/** Runs every step, and throws everything that was found wrong at once. */
export function gather<T>(steps: readonly (() => T)[]): T[] {
  const faults: Fault[] = [];
  const values = steps.map((step) => {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof Faults)) throw error;
      faults.push(...error.faults);
      return undefined;
    }
  });
  if (faults.length > 0) throw new Faults(faults);
  return values as T[];
}

const plainObject = field(
  "an object",
  (value): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value),
);

// The wire has no undefined: an input that was set to it arrives as null, or not at all.
function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}
