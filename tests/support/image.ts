import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The Debian releases that machines are made of. */
export type Suite = "bookworm" | "trixie";
export const suites: readonly Suite[] = ["bookworm", "trixie"];

/** The disk that machines of a suite start from; it is only ever read. */
export interface Image {
  readonly suite: Suite;
  readonly dir: string;
  /** The tree of the disk. */
  readonly root: string;
  /** The key that lets in as deploy. */
  readonly privateKeyPath: string;
}

const recipe = join(__dirname, "../../../tests/support/image.sh");

/** Where the image of a suite lies, built or not: outside the tree, under a name that changes with the recipe. */
export function imageOf(suite: Suite): Image {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const hash = createHash("sha256").update(readFileSync(recipe)).digest("hex").slice(0, 12);
  const dir = join(cache, "pulumi-site-release", "images", `${suite}-${hash}`);
  return { suite, dir, root: join(dir, "root"), privateKeyPath: join(dir, "deploy_key") };
}

export function isBuilt(image: Image): boolean {
  return existsSync(image.dir);
}

/** Builds an image under a temporary name and renames it, so that a cut build leaves nothing that looks whole. */
export function build(image: Image): void {
  const unfinished = `${image.dir}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  try {
    const { status, stdout, stderr } = spawnSync("sh", [recipe, image.suite, unfinished, ...mirror()], {
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    });
    if (status !== 0) {
      const log = `${image.dir}.log`;
      writeFileSync(log, stdout + stderr);
      const last = (stderr || stdout).trim().split("\n").slice(-3).join("\n");
      throw new Error(`the ${image.suite} image was not built (exit code ${status}; all of it: ${log}):\n${last}`);
    }
    if (!isBuilt(image)) renameSync(unfinished, image.dir);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

// On Debian the mirror of this machine's own apt is the one that can be reached; elsewhere debootstrap knows one.
function mirror(): string[] {
  const [id, codename] = ["ID", "VERSION_CODENAME"].map((name) =>
    new RegExp(`^${name}="?([^"\n]*)`, "m").exec(readFileSync("/etc/os-release", "utf8"))?.at(1),
  );
  if (id !== "debian") return [];
  const { stdout } = spawnSync(
    "apt-get",
    ["indextargets", "--format", "$(CREATED_BY) $(RELEASE) $(COMPONENT) $(REPO_URI)"],
    {
      encoding: "utf8",
    },
  );
  const found = stdout.split("\n").find((line) => line.startsWith(`Packages ${codename} main `));
  return found === undefined ? [] : [found.split(" ").at(3) ?? ""];
}
