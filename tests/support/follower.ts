import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import type { Agent } from "./agent.ts";
import { Builds } from "./builds.ts";
import { until } from "./command.ts";
import { commandPlugin } from "./commandPlugin/plugin.ts";
import { Example } from "./example.ts";
import { buildApp, type ExampleApp } from "./exampleApps.ts";
import type { Machine } from "./machine.ts";
import { codeIn } from "./pages.ts";

/** Somebody who copied an example out of the repository, follows its README, and goes on from there. */
export class Follower {
  readonly serverName: string;
  readonly #app: ExampleApp;
  readonly #machine: Machine;
  readonly #example: Example;
  readonly #builds = new Builds();

  constructor(app: ExampleApp, serverName: string, machine: Machine, agent: Agent) {
    this.serverName = serverName;
    this.#app = app;
    this.#machine = machine;
    const PATH = [commandPlugin().dir, process.env.PATH].join(delimiter);
    // Its types are lint's to check, once and not in each of ten runs.
    const quickly = { PULUMI_SKIP_CONFIRMATIONS: "true", PULUMI_NODEJS_TRANSPILE_ONLY: "true" };
    this.#example = new Example(app, { PATH, SSH_AUTH_SOCK: agent.socket, ...quickly });
    this.#builds.link(join(this.#example.dir, "builds"));
  }

  /** The first code of a language in the README. */
  code(language: string): string {
    const code = codeIn({ text: this.read("README.md") }, language)[0];
    assert.ok(code !== undefined, `no ${language} in the README of ${this.#app}`);
    return code;
  }

  read(file: string): string {
    return readFileSync(join(this.#example.dir, file), "utf8");
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.#example.dir, file), text);
  }

  /** Makes the build of a version, and gives its directory. */
  build(version: string): string {
    return buildApp(this.#builds, this.#app, version);
  }

  /** Types what the README says, from its first line to the last; npm's has been done, with the packed package. */
  async begin(): Promise<void> {
    const [npm, ...commands] = this.code("sh").replaceAll("web1.example.com", this.#machine.address).split("\n");
    assert.match(npm ?? "", /^npm init .*npm install pulumi-site-release/);
    await this.type(commands.join("\n"));
  }

  /** Types commands beside the program. */
  async type(commands: string): Promise<void> {
    const { code, stdout, stderr } = await this.#example.run("sh", "-euc", commands);
    assert.equal(code, 0, stdout + stderr);
  }

  async up(version: string): Promise<void> {
    await this.type(`pulumi config set version ${version} && pulumi up --skip-preview`);
  }

  /** The state as it lies on disk: what must hold no secret. */
  async state(): Promise<string> {
    return (await this.#example.run("pulumi", "stack", "export")).stdout;
  }

  get(path: string): Promise<{ readonly status: number; readonly body: string }> {
    return this.#machine.http(path, { Host: this.serverName });
  }

  /** Submits a form. */
  post(path: string, fields: Readonly<Record<string, string>>): Promise<string> {
    const headers = { Host: this.serverName, "Content-Type": "application/x-www-form-urlencoded" };
    return new Promise((resolve, reject) => {
      request({ host: this.#machine.address, path, method: "POST", agent: false, headers }, (response) => {
        text(response).then(resolve, reject);
      })
        .on("error", reject)
        .end(new URLSearchParams(fields).toString());
    });
  }

  async assertServes(version: string): Promise<void> {
    const { status, body } = await this.get("/");
    assert.equal(status, 200, body);
    assert.match(body, new RegExp(`<!-- early ${version} -->[\\s\\S]*<!-- late ${version} -->`));
  }

  /** Puts the README's unit in place, as root. */
  async addUnit(name: string): Promise<void> {
    await this.#machine.must(`cat >/etc/systemd/system/${name}.service`, this.code("ini"));
    await this.#machine.must(`systemctl enable --now ${name}`);
  }

  /** Waits until a job was done by the worker of a version. */
  async assertWorks(version: string): Promise<void> {
    await until(`a worker of version ${version}`, 30, async () => (await this.get("/work")).body === version);
  }

  close(): void {
    this.#example.close();
    this.#builds.close();
  }
}
