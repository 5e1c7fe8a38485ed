import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { opcacheScript } from "../../provider/opcache/script.ts";
import { switchInputs } from "../../provider/switch/inputs.ts";
import { lines } from "../../provider/transport/lines.ts";
import { hostScript, quote } from "../../provider/transport/script.ts";
import { ROOT } from "../../tests/support/paths.ts";
import { siteAt } from "../../tests/support/site.ts";
import { switchPlanOf } from "../../tests/support/switchPlan.ts";

const MARKER = "contender";
const context = { owner: { id: "o1", stack: "site/soak", resource: "example.com" }, takeOver: true };

/** What a contender says of one race. */
export type Word = "through" | "dead" | { readonly wrong: string };

/** The switch's script with another end than its main(). `change` is read before that. */
function script(deployPath: string, confDir: string, name: string, change: string): string {
  const nginx = { timeout: 60, pidFile: join(confDir, "nginx.pid"), confDir };
  const plan = switchPlanOf("1", { site: siteAt(deployPath), nginx, lockTimeout: 60, reloadTimeout: 60 });
  const inputs = {
    marker: MARKER,
    ...switchInputs(plan, context, { id: name, who: "soak", nonce: name }, opcacheScript()),
  };
  const whole = hostScript("switch").trimEnd();
  const functions = whole.slice(0, whole.lastIndexOf("\nmain"));
  const own = readFileSync(join(ROOT, "bench/soak/contender.sh"), "utf8");
  const assigned = Object.entries(inputs).map(([variable, value]) => `${variable}=${quote(value)}`);
  return [...assigned, functions, change, own].join("\n");
}

/** One shell that contends for the locks of a site and of its host. */
export class Contender {
  readonly #child: ChildProcess;
  readonly #said: string[] = [];
  #hear: (word: Word) => void = () => {};

  constructor(shell: readonly string[], deployPath: string, confDir: string, name: string, change: string) {
    const [program = "sh", ...options] = shell;
    const words = [...options, "-c", script(deployPath, confDir, name, change)];
    this.#child = spawn(program, words, { stdio: ["pipe", "pipe", "ignore"] });
    this.#child.stdin?.on("error", () => {}); // its end is heard
    this.#child.once("exit", () => this.#hear("dead"));
    void this.#listen();
  }

  /** Takes part in one race. */
  race(hold: number, isRestore: boolean): Promise<Word> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return Promise.resolve("dead");
    return new Promise((resolve) => {
      this.#hear = resolve;
      this.#child.stdin?.write(`${hold} ${isRestore ? "restore" : "once"}\n`);
    });
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  async #listen(): Promise<void> {
    if (this.#child.stdout === null) return;
    for await (const line of lines(this.#child.stdout, "contender")) {
      const [marker, kind, name, ...rest] = line.split(" ");
      if (marker !== MARKER) continue;
      if (kind === "fail") this.#said.push(`stuck: ${[name, ...rest].join(" ")}`);
      else if (name === "double") this.#said.push(`two inside: ${rest.join(" ")}`);
      if (kind === "fail" || (kind === "fact" && name === "through")) {
        const wrong = this.#said.splice(0).join("; ");
        this.#hear(wrong === "" ? "through" : { wrong });
      }
    }
  }
}
