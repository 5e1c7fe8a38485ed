import assert from "node:assert/strict";
import { SiteReleaseError } from "../../provider/errors.ts";

/** The error for users that a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<SiteReleaseError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SiteReleaseError, `no error for users, but ${String(error)}`);
  return error;
}
