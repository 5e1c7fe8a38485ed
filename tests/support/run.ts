import { text } from "node:stream/consumers";
import type { Exit, Transport } from "../../provider/transport/transport.ts";

/** Runs one command to its end. */
export async function run(
  transport: Transport,
  command: string,
  input: string | Buffer = "",
): Promise<Exit & { readonly stdout: string; readonly stderr: string }> {
  const session = await transport.start(command);
  session.stdin.end(input);
  const [stdout, stderr, exit] = await Promise.all([text(session.stdout), text(session.stderr), session.ended]);
  return { ...exit, stdout, stderr };
}
