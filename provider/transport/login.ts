import { SiteReleaseError } from "../errors.ts";
import { type Hop, hopName } from "./connection.ts";

/** One way to log in, in the SSH library's own terms, and the name of where it comes from. */
export interface Attempt<Method> {
  readonly source: string;
  readonly method: Method;
}

/** One login: which attempt comes next, and what to say when there is none. */
export class Login<Method extends { readonly type: string }> {
  readonly #hop: Hop;
  readonly #all: readonly Attempt<Method>[];
  #left: Attempt<Method>[];
  #current: Attempt<Method> | undefined;
  readonly #tried = new Set<string>();
  readonly #failed = new Set<string>();

  constructor(hop: Hop, attempts: readonly Attempt<Method>[]) {
    this.#hop = hop;
    this.#all = attempts;
    this.#left = [...attempts];
  }

  /** `accepted` is what the host says it would take, null before the first attempt; `partial`: the last one was right, and more is wanted. */
  next(accepted: readonly string[] | null, partial: boolean | null): Method | undefined {
    // What the host would not hear of before, it may want after the first of several required methods.
    if (partial === true) this.#left = this.#all.filter((attempt) => attempt !== this.#current);
    const at = this.#left.findIndex(
      ({ method }) => accepted === null || accepted.includes(method.type === "agent" ? "publickey" : method.type),
    );
    [this.#current] = at === -1 ? [] : this.#left.splice(at, 1);
    if (this.#current !== undefined) this.#tried.add(this.#current.source);
    return this.#current?.method;
  }

  /** The current attempt could not even be made. */
  failed(): void {
    if (this.#current !== undefined) this.#failed.add(this.#current.source);
  }

  /** No attempt is left. */
  refused(accepted: readonly string[] | null): SiteReleaseError {
    return this.cutShort(
      accepted !== null && accepted.length > 0
        ? `the host lets ${this.#hop.user} in by ${accepted.join(", ")} only`
        : `the host does not say how it lets ${this.#hop.user} in`,
    );
  }

  cutShort(observed: string): SiteReleaseError {
    const { names, user } = this.#hop;
    const tried = [...this.#tried].map((source) =>
      this.#failed.has(source) ? `${source}, which did not do its part` : source,
    );
    return new SiteReleaseError("authentication-refused", {
      action: `log in to ${hopName(this.#hop)} as ${user}`,
      observed: `${observed}; tried: ${tried.length === 0 ? "nothing of what was given fits" : tried.join("; ")}`,
      next: `Check ${names.user}, and that the public key is in ~${user}/.ssh/authorized_keys on the host`,
    });
  }
}
