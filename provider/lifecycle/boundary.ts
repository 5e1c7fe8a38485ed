import { printable } from "../excerpt.ts";
import type { Properties } from "./verbs.ts";

/**
 * The host is in a state that must be recorded although the work failed. The engine knows it by these names, and saves `properties` as
 * they are: without `__provider` in them the resource could be neither read nor deleted (@pulumi/pulumi cmd/dynamic-provider).
 */
export class PartialFailure extends Error {
  override readonly name = "PartialFailure";
  readonly id: string;
  readonly properties: Properties;
  readonly reasons: readonly string[];

  constructor(id: string, news: Properties, outs: Properties, reason: string) {
    super(reason);
    this.id = id;
    this.properties = { ...outs, __provider: news.__provider };
    this.reasons = [reason];
  }
}

/** Runs one verb. Its errors leave without secrets and without a stack, which the engine would print. */
export async function guarded<T>(redact: (text: string) => string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw presentable(error, redact);
  }
}

function presentable(error: unknown, redact: (text: string) => string): Error {
  const message = printable(redact(error instanceof Error ? error.message : String(error)));
  const shown =
    error instanceof PartialFailure
      ? new PartialFailure(error.id, error.properties, error.properties, message)
      : new Error(message);
  shown.stack = "";
  return shown;
}
