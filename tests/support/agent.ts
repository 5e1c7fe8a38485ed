import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must } from "./command.ts";
import { atEnd } from "./ending.ts";

/** An SSH agent that has one key. */
export interface Agent {
  readonly socket: string;
  close(): void;
}

export async function startAgent(privateKeyPath: string): Promise<Agent> {
  const dir = mkdtempSync(join(tmpdir(), "agent-"));
  const socket = join(dir, "agent");
  const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "inherit"] });
  const close = atEnd(() => {
    // In this order: a socket that the agent removes meanwhile ends rmSync() without a word.
    rmSync(dir, { recursive: true, force: true });
    agent.kill();
  });
  await once(agent.stdout, "data");
  must("env", `SSH_AUTH_SOCK=${socket}`, "ssh-add", "-q", privateKeyPath);
  return { socket, close };
}
