import type { Machine } from "./machine.ts";

/**
 * Everything under the site's directory and nginx's configuration: names, kinds, modes, owners, and of files and links the size, time
 * and inode or target too. Left out is the journal, where every run notes itself, and the times of directories, which temporary files change.
 */
export async function listing(machine: Machine): Promise<string[]> {
  const { deployPath } = machine;
  const all = await machine.must(
    `find ${deployPath} /etc/nginx ! -path ${deployPath}/.site-release/journal.jsonl \\
      \\( -type d -printf '%p %y %m %u %g\\n' -o -type l -printf '%p %y %l\\n' -o -printf '%p %y %m %u %g %s %T@ %i\\n' \\) | sort`,
  );
  return all.trim().split("\n");
}
