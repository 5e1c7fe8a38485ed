const KEPT_NOISE = 4096;

/** What comes on standard error: noise, until the script says that what follows is printed by a command of the user's. */
export class Aside {
  /** The end of what nobody was to print. */
  noise = "";
  readonly #begin: string;
  readonly #output: (text: string) => void;
  #begun = false;

  constructor(marker: string, output: (text: string) => void = () => {}) {
    this.#begin = `${marker} output\n`;
    this.#output = output;
  }

  hear(text: string): void {
    if (this.#begun) {
      this.#output(text);
      return;
    }
    const heard = this.noise + text;
    const at = heard.indexOf(this.#begin);
    this.#begun = at !== -1;
    this.noise = (this.#begun ? heard.slice(0, at) : heard).slice(-KEPT_NOISE);
    const rest = heard.slice(at + this.#begin.length);
    if (this.#begun && rest !== "") this.#output(rest);
  }
}
