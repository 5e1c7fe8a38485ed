import { printable } from "./excerpt.ts";

/** What a person needs to know of something that could not be done. Every text is plain, and free of secrets. */
export interface Failure {
  /** The action and its subject, as in "switch example.com to 43". */
  readonly action: string;
  /** The host it was done on, as in "web1.example.com"; absent for what is checked before any host is asked. */
  readonly host?: string;
  /** The state that was met. */
  readonly observed: string;
  /** The state that was wanted. */
  readonly expected?: string;
  /** What was done about it, as in "restored 42". */
  readonly done?: string;
  /** What the person can do next: one or more whole sentences without the last full stop. */
  readonly next?: string;
  /** What a log of the host's has of it, or where to look: lines of their own. */
  readonly log?: string;
}

/** The one error that this package throws on purpose; `reason` is for code that branches, the message for people. */
export class SiteReleaseError extends Error {
  override readonly name = "SiteReleaseError";
  readonly reason: string;
  readonly failure: Failure;

  constructor(reason: string, failure: Failure, options?: ErrorOptions) {
    // Most of them hold words of a host, of its sshd, of PHP, or of a file's name.
    const parts = Object.entries(failure).map(([part, text]) => [part, printable(text)]);
    super(printable(failureMessage(failure)), options);
    this.reason = printable(reason);
    this.failure = Object.fromEntries(parts) as Failure;
  }
}

/** "Cannot switch example.com to 43 on web1: GET /up answered 502 for 30 s, expected 200; restored 42. See …". */
export function failureMessage(failure: Failure): string {
  const { action, host, observed, expected, done, next, log } = failure;
  const where = host === undefined ? "" : ` on ${host}`;
  const wanted = expected === undefined ? "" : `, expected ${expected}`;
  const reaction = done === undefined ? "" : `; ${done}`;
  const advice = next === undefined ? "" : `. ${next}`;
  const lines = log === undefined ? "" : `\n${log}`;
  return `Cannot ${action}${where}: ${observed}${wanted}${reaction}${advice}${lines}`;
}
