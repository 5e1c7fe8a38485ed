import { existsSync } from "node:fs";
import { type Place, until, writable } from "./place.ts";

/** Starts nginx with the given http-level configuration; it is up when its pid file is there. */
export async function startNginx(at: Place, http: string): Promise<void> {
  const run = writable(at, "nginx");
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${run}/${kind};`);
  const conf = at.write(
    "nginx.conf",
    `daemon off;\nworker_processes 1;\npid ${run}/nginx.pid;\nerror_log ${run}/error.log;\nevents {}\nhttp {\naccess_log off;\n${temp.join("\n")}\n${http}\n}\n`,
  );
  const child = at.run("/usr/sbin/nginx", ["-p", run, "-e", `${run}/error.log`, "-c", conf]);
  await until(child, "nginx", () => existsSync(`${run}/nginx.pid`));
}
