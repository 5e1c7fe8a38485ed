import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { ClientAsk, ClientEnd, ClientWord } from "./clientWords.ts";

/** How a switch ended for its client; "killed" by us, or "died" by itself. */
export type SeenEnd = ClientEnd | "killed" | "died";

/** The process that makes the switches; a new one comes after one that was killed. */
export class SoakClient {
  #child: ChildProcess | undefined;
  #id = 0;

  /** Starts one switch; `step` gets what its progress says. */
  start(asked: Omit<ClientAsk, "id">, step: (text: string) => void): Promise<SeenEnd> {
    const id = ++this.#id;
    this.#child ??= fork(join(__dirname, "client.js"), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const child = this.#child;
    return new Promise((resolve) => {
      const end = (how: SeenEnd): void => {
        child.off("message", hear).off("exit", exit);
        resolve(how);
      };
      const hear = (word: ClientWord): void => {
        if (word.id !== id) return; // of a switch that was given up
        if ("step" in word) step(word.step);
        else end(word.ended);
      };
      const exit = (): void => {
        end(this.#child === child ? "died" : "killed");
        if (this.#child === child) this.#child = undefined;
      };
      child.on("message", hear).on("exit", exit);
      child.send({ id, ...asked } satisfies ClientAsk);
    });
  }

  kill(): void {
    const child = this.#child;
    this.#child = undefined;
    child?.kill("SIGKILL");
  }
}
