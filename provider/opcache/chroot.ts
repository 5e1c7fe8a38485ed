import { randomBytes } from "node:crypto";
import type { Address, Transport } from "../transport/transport.ts";
import { poolName } from "./address.ts";
import { type OpcacheQuestion, parseAnswer } from "./answer.ts";
import { askPhp } from "./request.ts";
import { scriptRequest } from "./scriptRequest.ts";

const known = new WeakMap<Transport, Map<string, Promise<string | undefined>>>();

/**
 * The chroot of a pool that finds no script by its path on the host (php-fpm's `chroot`): the directory above our own script that, taken
 * off its path, makes the pool run it. Undefined where none does. Found out once a connection.
 */
export function chrootOf(
  transport: Transport,
  pool: Address,
  scriptPath: string,
  seconds: number,
): Promise<string | undefined> {
  const found = known.get(transport) ?? new Map<string, Promise<string | undefined>>();
  known.set(transport, found);
  const key = `${poolName(pool)} ${scriptPath}`;
  const chroot = found.get(key) ?? find(transport, pool, scriptPath, seconds);
  found.set(key, chroot);
  return chroot;
}

async function find(
  transport: Transport,
  pool: Address,
  scriptPath: string,
  seconds: number,
): Promise<string | undefined> {
  for (const dir of dirsAbove(scriptPath)) {
    const nonce = randomBytes(9).toString("hex");
    const request = scriptRequest(inChroot(scriptPath, dir), JSON.stringify({ op: "status", nonce }));
    // A pool that cannot be asked any more is told of where it was asked.
    const answer = await askPhp(transport, pool, request, seconds).catch(() => undefined);
    if (answer === undefined) return undefined;
    if (parseAnswer(answer.body.toString("utf8"), nonce) !== undefined) return dir;
  }
  return undefined;
}

/** The directories above a file without the root, from the top down. */
export function dirsAbove(path: string): readonly string[] {
  const names = path.split("/").slice(1, -1);
  return names.map((_, index) => `/${names.slice(0, index + 1).join("/")}`);
}

/** A path as a pool with this chroot sees it; "" is none. */
export function inChroot(path: string, chroot: string): string {
  return chroot !== "" && path.startsWith(`${chroot}/`) ? path.slice(chroot.length) : path;
}

/** A question with its paths as a pool with this chroot sees them. */
export function questionInChroot(question: OpcacheQuestion, chroot: string): OpcacheQuestion {
  const inside = (path: string) => inChroot(path, chroot);
  switch (question.op) {
    case "invalidate":
      return { ...question, prefixes: question.prefixes.map(inside), keep: question.keep.map(inside) };
    case "survey":
      return { ...question, releases: inside(question.releases) };
    case "compile":
      return { ...question, dir: inside(question.dir) };
    default:
      return question;
  }
}
