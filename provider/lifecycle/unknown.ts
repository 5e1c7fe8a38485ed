/** What the engine sends in a preview in place of any value that is not known yet (@pulumi/pulumi runtime/rpc: unknownValue). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A value that a preview does not know yet. It stands where a value of any type would. */
export function isUnknown(value: unknown): boolean {
  return value === UNKNOWN;
}

/** A value made of others: unknown as soon as one of them is. */
export function derived<T>(from: readonly unknown[], make: () => T): T {
  // The cast is the wire's own lie; only check and diff can meet it, and they hand checked inputs on as plain JSON.
  return from.some(isUnknown) ? (UNKNOWN as T) : make();
}
