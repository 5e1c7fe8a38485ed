/** Tasks that run side by side, a bounded number of them. */
export class Parallel {
  readonly #most: number;
  readonly #running = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a task that has begun, and resolves when there is room for another one. Throws what made an earlier one fail. */
  async add(task: Promise<void>): Promise<void> {
    const watched = task
      .catch((error: unknown) => void this.#failures.push(error))
      .finally(() => this.#running.delete(watched));
    this.#running.add(watched);
    if (this.#running.size >= this.#most) await Promise.race(this.#running);
    if (this.#failures.length > 0) await this.end();
  }

  /** Resolves when all have ended; throws the first failure. */
  async end(): Promise<void> {
    await Promise.all(this.#running);
    if (this.#failures.length > 0) throw this.#failures[0];
  }
}
