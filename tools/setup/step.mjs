import { spawn } from "node:child_process";

/** One line for each step that takes a while. */
export function say(line) {
  console.error(line);
}

/** Runs a command without a word; what it wrote is shown only if it fails. */
export async function quietly(program, args, options = {}) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const end = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(signal ?? code));
  });
  if (end !== 0) throw new Error(`${output.trimEnd()}\n${program} ${args.join(" ")} ended with ${end}`);
  return output;
}
