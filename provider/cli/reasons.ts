// The words that host/switch/ fails with, once it has the lock.
const REASONS: ReadonlyMap<string, string> = new Map([
  ["client-gone", "its client was gone"],
  ["conf-dir-unreadable", "nginx's configuration cannot be read"],
  ["current-is-directory", "`current` is a directory"],
  ["current-moved", "somebody moved `current` meanwhile"],
  ["current-unresolved", "requests did not resolve through `current`"],
  ["current-unused", "requests did not resolve through `current`"],
  ["disk-full", "no room, or no right to write"],
  ["host-locked", "another site of the host held nginx's lock"],
  ["include-unread", "nginx does not read the include"],
  ["include-unreadable", "the include cannot be read"],
  ["nginx-not-running", "nginx did not run"],
  ["nginx-stopped", "nginx stopped"],
  ["old-workers-stay", "old nginx workers stayed"],
  ["owned", "the site is another stack's"],
  ["pending-edits", "nginx's configuration had edits that nobody had reloaded"],
  ["pid-file-stranger", "the pid file named another process than nginx"],
  ["probe-failed", "the probe failed"],
  ["release-missing", "the release was missing"],
  ["release-unfinished", "the release was not complete"],
  ["release-unreadable", "nginx may not read the release"],
  ["reload-ignored", "no new nginx worker came up"],
  ["reload-late", "the reload did not end in time"],
  ["reload-refused", "the reload was refused"],
  ["root-missing", "the release has no web root"],
  ["signalled", "a signal ended it"],
  ["smoke-failed", "the release did not pass smoke"],
  ["test-late-after", "nginx -t did not end in time"],
  ["test-late-before", "nginx -t did not end in time before it"],
  ["test-red-after", "nginx refused the configuration"],
  ["test-red-before", "nginx -t was red before it"],
  ["unexpected", "the host's script ended unexpectedly"],
  ["warm-failed", "opcache could not take the release"],
  ["workers-died", "the new nginx workers died"],
]);

/** Why a switch did not go through, in words; what has none stands for itself. */
export function reasonText(reason: string): string {
  return REASONS.get(reason) ?? reason;
}
