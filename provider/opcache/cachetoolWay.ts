import type { Readable } from "node:stream";
import { SiteReleaseError } from "../errors.ts";
import { excerpt } from "../excerpt.ts";
import { quote } from "../transport/script.ts";
import type { Transport } from "../transport/transport.ts";
import { poolAddress } from "./address.ts";
import type { OpcacheQuestion } from "./answer.ts";
import { diagnosePool } from "./pool.ts";
import { type OpcacheWay, replied } from "./way.ts";

/** The first with `php:eval --run`, which hands our own file to the pool: cachetool's commands do not tell whether they did anything. */
export const OLDEST_CACHETOOL = 6;

/** By the host's own cachetool, a command on its PATH or the path of a phar, which speaks FastCGI to the pool. */
export function cachetoolWay(transport: Transport, command: string, pool: string, scriptPath: string): OpcacheWay {
  let checked: Promise<string | undefined> | undefined;
  return {
    place: pool,
    ask: (question, seconds) =>
      replied(question, async (asked) => {
        checked ??= unfit(transport, command, seconds);
        const wrong = await checked;
        if (wrong !== undefined) throw new Error(wrong);
        const words = ["php:eval", `--fcgi=${pool}`, "--run", evaluated(scriptPath, asked)];
        const { code, stdout, stderr } = await run(transport, command, words, seconds);
        if (code === 0) return { status: 200, body: stdout };
        const said = stderr.trim() || stdout.trim();
        // It may die without a word of a socket that is not there.
        const { why, next } = said === "" ? await diagnosePool(transport, poolAddress(pool)) : { why: said, next: "" };
        throw new Error(`cachetool ended with ${code}: ${excerpt(why)}${next === "" ? "" : `. ${next}`}`);
      }),
  };
}

/** What cachetool has the pool evaluate. The question is base64: no quote in it can end the text that it stands in. */
export function evaluated(scriptPath: string, asked: OpcacheQuestion & { readonly nonce: string }): string {
  const question = Buffer.from(JSON.stringify(asked)).toString("base64");
  const path = scriptPath.replace(/[\\']/g, "\\$&");
  return `$_SERVER['SITE_RELEASE_OPCACHE'] = '1'; $_SERVER['SITE_RELEASE_QUESTION'] = base64_decode('${question}'); ob_start(); include '${path}'; return ob_get_clean();`;
}

async function unfit(transport: Transport, command: string, seconds: number): Promise<string | undefined> {
  const { code, stdout, stderr } = await run(transport, command, ["--version", "--no-ansi"], seconds);
  if (code === 127 || code === 126)
    return `${command} is no command that ${transport.user} can run on the host. Install cachetool there, or set \`opcache.cachetool\` to the path of its phar`;
  const version = cachetoolVersion(stdout);
  if (code !== 0 || version === undefined)
    return `${command} does not tell its version as cachetool does: ${excerpt(stderr || stdout, 200)}`;
  if (version !== "unknown" && version < OLDEST_CACHETOOL)
    return `cachetool ${version} is too old. Install version ${OLDEST_CACHETOOL} or later`;
  return undefined;
}

/** The major version, from "CacheTool 9.2.1"; one that Composer installed knows its name alone. */
export function cachetoolVersion(said: string): number | "unknown" | undefined {
  const [, major, unknown] = /^CacheTool\b[^\d@]*(?:(\d+)\.\d+|(@))/im.exec(said) ?? [];
  if (unknown !== undefined) return "unknown";
  return major === undefined ? undefined : Number(major);
}

async function run(transport: Transport, command: string, words: readonly string[], seconds: number) {
  // A phar needs no right to be executed where php runs it.
  const program = command.endsWith(".phar") ? ["php", command] : [command];
  const session = await transport.start([...program, ...words].map(quote).join(" "), "answer");
  session.stdin.on("error", () => {}); // it reads none
  session.stdin.end();
  const ended = Promise.all([read(session.stdout), read(session.stderr), session.ended]);
  ended.catch(() => {}); // after the time is out nobody waits for it
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const failure = {
      action: "run cachetool",
      host: transport.host,
      observed: `no answer within ${Math.round(seconds)} s`,
    };
    timer = setTimeout(() => reject(new SiteReleaseError("php-timeout", failure)), seconds * 1000);
  });
  try {
    const [stdout, stderr, { code }] = await Promise.race([ended, late]);
    return { code, stdout, stderr };
  } finally {
    clearTimeout(timer);
    session.close();
  }
}

// As much as is kept of an answer by FastCGI; the rest is read and dropped, so that the program still ends by itself.
const KEPT = 1024 * 1024;

async function read(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let seen = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (seen < KEPT) chunks.push(chunk.subarray(0, KEPT - seen));
    seen += chunk.length;
  }
  return Buffer.concat(chunks).toString("utf8");
}
