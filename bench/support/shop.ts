import { mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { planFor } from "../../tests/support/releaseTree.ts";
import type { Sandbox } from "../../tests/support/sandbox.ts";
import { stage } from "./staging.ts";

const CLASSES = 500;
const METHODS = 16;
/** How many classes one request needs: a page of an application with a framework. */
const NEEDED = 60;
/** When a build was made, in seconds. */
const BUILT = 1_600_000_000;

/** A site of 500 classes, about 15 MB in opcache, of which each request needs others: one request warms no more than a page. */
export class Shop {
  readonly #sandbox: Sandbox;
  readonly #builds: string;

  constructor(sandbox: Sandbox, builds: string) {
    this.#sandbox = sandbox;
    this.#builds = builds;
  }

  /** Puts a release on the host that differs by its version only. */
  async release(version: string): Promise<void> {
    const source = join(this.#builds, version);
    for (let index = 0; index < CLASSES; index++) write(join(source, "src"), `C${index}.php`, classOf(index));
    write(join(source, "public"), "index.php", front(version));
    await stage(this.#sandbox.connection, planFor(this.#sandbox.deployPath, { version, source }), "uploaded");
    rmSync(source, { recursive: true });
  }
}

function front(version: string): string {
  return `<?php
header('X-Version: ${version}');
$sum = 0;
foreach (array_rand(range(0, ${CLASSES - 1}), ${NEEDED}) as $n) {
    require_once __DIR__ . "/../src/C$n.php";
    $sum += ("C$n")::m0($n);
}
echo $sum;
`;
}

function classOf(index: number): string {
  const methods = Array.from(
    { length: METHODS },
    (_, method) => `
    /** Adds up what $a has below $limit. */
    public static function m${method}(int $a, array $options = ['first' => ${index}, 'second' => 'text ${index}.${method}'], int $limit = ${method + 10}): int
    {
        $sum = 0;
        for ($i = 0; $i < $limit; $i++) {
            if (($i + $a) % ${method + 2} === 0) {
                $sum += strlen($options['second'] ?? '') * $i;
            } elseif (isset($options["key$i"])) {
                $sum -= count($options) + (int) $options["key$i"];
            } else {
                $sum ^= $i << ${(method % 5) + 1};
            }
        }

        return $sum;
    }
`,
  );
  return `<?php\n\nfinal class C${index}\n{${methods.join("")}}\n`;
}

function write(dir: string, name: string, text: string): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, name), text);
  utimesSync(join(dir, name), BUILT, BUILT);
}
