import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { atEnd } from "./ending.ts";

/** Builds of a site on this machine, one directory a version. */
export class Builds {
  readonly dir = mkdtempSync(join(tmpdir(), "builds-"));
  readonly #undo = atEnd(() => rmSync(this.dir, { recursive: true, force: true }));

  /** Where a version's build lies, or would lie. */
  path(version: string): string {
    return join(this.dir, version);
  }

  /** Builds a version, by default of one page that answers "version <version>"; gives its path. */
  make(version: string, files: Readonly<Record<string, string>> = page(version)): string {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.path(version), path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    return this.path(version);
  }

  /** Lets `path` lead to them, as to the builds beside a program. */
  link(path: string): void {
    symlinkSync(this.dir, path);
  }

  remove(version: string): void {
    rmSync(this.path(version), { recursive: true });
  }

  close(): void {
    this.#undo();
  }
}

/** The files in which a release of an application names its version, for the load to read. */
export function versionFiles(version: string): Readonly<Record<string, string>> {
  const places = ["header", "early", "late"];
  return Object.fromEntries(places.map((place) => [`version/${place}.php`, `<?php return '${version}';`]));
}

function page(version: string): Record<string, string> {
  return { "public/index.php": `<?php echo "version ${version}";` };
}
