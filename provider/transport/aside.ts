const KEPT_NOISE = 4096;

/** What comes on standard error: noise, but for what lies between two marks of the script, which a command of the user's printed. */
export class Aside {
  /** The end of what nobody was to print. */
  noise = "";
  readonly #mark: string;
  readonly #output: (text: string) => void;
  #isOutput = false;
  /** The start of a mark, as it seems. */
  #held = "";

  constructor(marker: string, output: (text: string) => void = () => {}) {
    this.#mark = `${marker} output\n`;
    this.#output = output;
  }

  hear(text: string): void {
    const parts = (this.#held + text).split(this.#mark);
    const last = parts.pop() ?? "";
    for (const part of parts) {
      this.#take(part);
      this.#isOutput = !this.#isOutput;
    }
    this.#held = last.slice(last.length - this.#overlap(last));
    this.#take(last.slice(0, last.length - this.#held.length));
  }

  /** Nothing more comes. */
  end(): void {
    this.#take(this.#held);
    this.#held = "";
  }

  #take(text: string): void {
    if (text === "") return;
    if (this.#isOutput) this.#output(text);
    else this.noise = (this.noise + text).slice(-KEPT_NOISE);
  }

  /** How much of a mark's start `text` ends with. */
  #overlap(text: string): number {
    let length = Math.min(text.length, this.#mark.length - 1);
    while (!text.endsWith(this.#mark.slice(0, length))) length -= 1;
    return length;
  }
}
