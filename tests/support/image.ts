import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { cachePlace, madeBy } from "./cache.ts";

/** The Debian releases that machines are made of. */
export type Suite = "bookworm" | "trixie";
export const suites: readonly Suite[] = ["bookworm", "trixie"];

/** What a machine is at first: it serves a site, or has nothing but sshd. */
export type Kind = "site" | "bare";

/** The disk that machines of a suite start from; it is only ever read. */
export interface Image {
  readonly suite: Suite;
  readonly dir: string;
  /** The tree of the disk. */
  readonly root: string;
  /** Whom its key lets in as. */
  readonly user: "deploy" | "root";
  readonly privateKeyPath: string;
  readonly recipe: string;
}

const support = join(__dirname, "../../../tests/support");
const kinds = {
  site: { recipe: "image.sh", prefix: "", user: "deploy" },
  bare: { recipe: "bareImage.sh", prefix: "bare-", user: "root" },
} as const;

/** All that tests may boot. */
export function allImages(): readonly Image[] {
  return (["site", "bare"] as const).flatMap((kind) => suites.map((suite) => imageOf(suite, kind)));
}

/** Where the image of a suite lies, built or not: outside the tree, under a name that changes with the recipe. */
export function imageOf(suite: Suite, kind: Kind = "site"): Image {
  const { prefix, user } = kinds[kind];
  const recipe = join(support, kinds[kind].recipe);
  const dir = cachePlace("images", `${prefix}${suite}-${madeBy(readFileSync(recipe))}`);
  return { suite, dir, root: join(dir, "root"), user, privateKeyPath: join(dir, `${user}_key`), recipe };
}

export function isBuilt(image: Image): boolean {
  return existsSync(image.dir);
}

/** Builds an image under a temporary name and renames it, so that a cut build leaves nothing that looks whole. */
export function build(image: Image): void {
  const unfinished = `${image.dir}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  try {
    const { status, stdout, stderr } = spawnSync("sh", [image.recipe, image.suite, unfinished, mirror() ?? ""], {
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    });
    if (status !== 0) {
      const log = `${image.dir}.log`;
      writeFileSync(log, stdout + stderr);
      const last = (stderr || stdout).trim().split("\n").slice(-3).join("\n");
      throw new Error(
        `the image ${basename(image.dir)} was not built (exit code ${status}; all of it: ${log}):\n${last}`,
      );
    }
    if (!isBuilt(image)) renameSync(unfinished, image.dir);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** On Debian the mirror of this machine's own apt is the one that can be reached; elsewhere debootstrap knows one. */
export function mirror(): string | undefined {
  const [id, codename] = ["ID", "VERSION_CODENAME"].map((name) =>
    new RegExp(`^${name}="?([^"\n]*)`, "m").exec(readFileSync("/etc/os-release", "utf8"))?.at(1),
  );
  if (id !== "debian") return undefined;
  const { stdout } = spawnSync(
    "apt-get",
    ["indextargets", "--format", "$(CREATED_BY) $(RELEASE) $(COMPONENT) $(REPO_URI)"],
    {
      encoding: "utf8",
    },
  );
  const found = stdout.split("\n").find((line) => line.startsWith(`Packages ${codename} main `));
  return found?.split(" ").at(3);
}
