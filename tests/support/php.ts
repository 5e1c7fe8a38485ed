import { askPhp, type PoolAnswer } from "../../provider/opcache/request.ts";
import type { Transport } from "../../provider/transport/transport.ts";
import type { PhpFpm } from "./phpFpm.ts";

/** A busy script: a wall-clock loop, since signals end sleep() early. */
export function busy(seconds: number): string {
  return `<?php $end = microtime(true) + ${seconds}; while (microtime(true) < $end) usleep(10000); echo 'done';\n`;
}

/** Runs one script by a plain GET. */
export function get(transport: Transport, fpm: PhpFpm, script: string, timeoutSeconds = 5): Promise<PoolAnswer> {
  const name = script.slice(script.lastIndexOf("/"));
  const request = {
    scriptFilename: script,
    scriptName: name,
    documentRoot: script.slice(0, -name.length),
    method: "GET",
    path: `${name}?a=1&b=2`,
    host: "example.com",
    port: 80,
    headers: { "X-Trace": "7" },
    body: Buffer.alloc(0),
  };
  return askPhp(transport, { socket: fpm.socket }, request, timeoutSeconds);
}
