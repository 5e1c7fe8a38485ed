import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A PHP file that is put on the host. */
export interface OpcacheScript {
  readonly name: string;
  readonly text: string;
}

/**
 * The PHP file that php-fpm runs for us. Its name changes with its text: with validate_timestamps off, opcache would go on running
 * the text that it first saw under a name.
 */
export function opcacheScript(): OpcacheScript {
  const text = readFileSync(join(__dirname, "..", "host", "opcache.php"), "utf8");
  return { name: `opcache-${createHash("sha256").update(text).digest("hex").slice(0, 12)}.php`, text };
}
