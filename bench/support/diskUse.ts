import { run } from "../../tests/support/command.ts";

/** What lies below a directory takes of a file system, in bytes of whole blocks; a file with many names counts once. */
export interface DiskUse {
  readonly files: number;
  readonly directories: number;
}

const words = ["-printf", "%y %D:%i %b\\n"];

export async function diskUse(dir: string): Promise<DiskUse> {
  const { code, stdout, stderr } = await run("find", [dir, ...words]);
  if (code !== 0) throw new Error(`find ${dir}: ${stderr}`);
  return useOf(stdout);
}

/** By lines "KIND INODE BLOCKS", blocks of 512 bytes as find counts them. */
export function useOf(lines: string): DiskUse {
  const seen = new Set<string>();
  const use = { files: 0, directories: 0 };
  for (const line of lines.split("\n")) {
    const [kind, inode = "", blocks = "0"] = line.split(" ");
    if (seen.has(inode)) continue;
    seen.add(inode);
    use[kind === "d" ? "directories" : "files"] += Number(blocks) * 512;
  }
  return use;
}
