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
}

/** The one error that this package throws on purpose; `reason` is for code that branches, the message for people. */
export class SiteReleaseError extends Error {
  override readonly name = "SiteReleaseError";
  readonly reason: string;
  readonly failure: Failure;

  constructor(reason: string, failure: Failure, options?: ErrorOptions) {
    super(failureMessage(failure), options);
    this.reason = reason;
    this.failure = failure;
  }
}

/** "Cannot switch example.com to 43 on web1: GET /up answered 502 for 30 s, expected 200; restored 42. See …". */
export function failureMessage(failure: Failure): string {
  const { action, host, observed, expected, done, next } = failure;
  const where = host === undefined ? "" : ` on ${host}`;
  const wanted = expected === undefined ? "" : `, expected ${expected}`;
  const reaction = done === undefined ? "" : `; ${done}`;
  const advice = next === undefined ? "" : `. ${next}`;
  return `Cannot ${action}${where}: ${observed}${wanted}${reaction}${advice}`;
}
