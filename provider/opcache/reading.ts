import { excerpt } from "../excerpt.ts";

// What a host sends is read value by value: one of the wrong kind counts as the kind's empty one.

export function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // cut off in the middle: no answer
  }
}

export function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

export function list(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

export function texts(value: unknown): readonly string[] {
  return (list(value) ?? []).map(text);
}

/** Names of files as they are, which go back to the host as they came: to be cleaned before a person sees them. */
export function names(value: unknown): readonly string[] {
  return (list(value) ?? []).map(name);
}

export function name(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

// JSON writes control characters as escapes: here they would come back.
export function text(value: unknown): string {
  return typeof value === "string" ? excerpt(value) : "";
}

export function flag(value: unknown): boolean {
  return value === true;
}
