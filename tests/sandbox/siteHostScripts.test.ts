import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { signed } from "../../provider/siteHost/signed.ts";
import { ROOT } from "../support/paths.ts";
import { temporaryDir } from "../support/releaseTree.ts";
import { posixShells } from "../support/shells.ts";

function part(name: string): string {
  return readFileSync(join(ROOT, "provider/host/siteHost", `${name}.sh`), "utf8");
}

for (const { name, argv, missing } of posixShells) {
  describe(`what the steps of a SiteHost share, by ${name}`, { skip: missing }, () => {
    const [program = "", ...rest] = argv;
    const run = (script: string, ...words: string[]) => {
      const { status, stdout, stderr } = spawnSync(program, [...rest, script, "sh", ...words], { encoding: "utf8" });
      assert.equal(stderr, "");
      return { status, stdout };
    };

    test("tells a file of its own from one that somebody edited or made", (t) => {
      const dir = temporaryDir(t);
      const script = `${part("words")}${part("ours")}\nlook_at "$1" "$2"\necho "$state"`;
      const text = signed("server {\n}\n", "#");
      const stateOf = (content: string | undefined) => {
        const file = join(dir, "file");
        if (content !== undefined) writeFileSync(file, content);
        return run(script, file, text).stdout;
      };
      const states = [undefined, text, signed("server {}\n", "#"), text.replace("}", " }"), "server {\n}\n", ""].map(
        stateOf,
      );
      assert.deepEqual(states, ["absent\n", "same\n", "ours\n", "theirs\n", "theirs\n", "theirs\n"]);
      symlinkSync(join(dir, "nowhere"), join(dir, "link"));
      assert.equal(run(script, join(dir, "link"), text).stdout, "theirs\n");
    });

    test("knows what php-fpm has read when its settings are taken away and written again", (t) => {
      const dir = temporaryDir(t);
      const [file, pid] = [join(dir, "site.ini"), join(dir, "fpm.pid")];
      const script = `${part("words")}${part("loaded")}php_file=$1/site.ini php_pid_file=$1/fpm.pid php_loaded=$1/run/site.ini\n`;
      const note = () => assert.deepEqual(run(`${script}note_loaded`, dir), { status: 0, stdout: "" });
      const write = (text: string) => {
        note();
        writeFileSync(file, text);
      };
      const remove = () => {
        note();
        rmSync(file);
      };
      const loaded = (text: string) => run(`${script}is_loaded "$2"`, dir, text).status === 0;
      // Seconds from now: earlier than all that is noted next, and later than all that was.
      const start = (seconds: number) => {
        writeFileSync(pid, "1");
        utimesSync(pid, Date.now() / 1000 + seconds, Date.now() / 1000 + seconds);
      };

      write("a\n");
      assert.equal(loaded("a\n"), true, "php-fpm that does not run reads it when it starts");
      start(-60);
      rmSync(join(dir, "run"), { recursive: true });
      remove();
      write("a\n");
      assert.equal(loaded("a\n"), true, "replaced, and the same again");
      write("b\n");
      assert.equal(loaded("b\n"), false, "changed");
      remove();
      write("b\n");
      assert.equal(loaded("b\n"), false, "replaced before php-fpm was restarted");
      start(60);
      assert.equal(loaded("b\n"), true, "restarted");
      start(-60);
      rmSync(join(dir, "run"), { recursive: true });
      remove();
      start(60);
      assert.equal(loaded("b\n"), true, "restarted without: that is told once it is written");
      start(-60);
      rmSync(join(dir, "run"), { recursive: true });
      write("b\n");
      assert.equal(loaded("b\n"), false, "written after a restart without");
    });

    test("finds the files of nginx's that have a port or a name, its own apart", (t) => {
      const dir = temporaryDir(t);
      const file = (name: string, text: string) => writeFileSync(join(dir, `${name}.conf`), text);
      const program = `pid nginx.pid; error_log stderr; events {} http { access_log off; include ${dir}/[!n]*.conf; }`;
      file("nginx", program);
      file("own", "server { listen 127.0.0.1:9180; }");
      file("other", "server {\n  listen 127.0.0.1:9180\n    reuseport; # theirs\n}\n");
      file("wide", "server { listen *:9180; server_name a b.example; }");
      file("apart", "# listen 9180;\nserver { listen 80; listen [::]:9180; listen 19180; listen 127.0.0.2:9180; }");
      const script = `${part("words")}${part("nginxOthers")}
        exec 9</dev/null
        nginx() { command nginx -p "$dir" -e stderr -c "$dir/nginx.conf" "$@"; }
        dir=$1 place=$1/own.conf place_link=
        shift
        others_with "$@"`;
      const others = (...words: string[]) => run(script, dir, ...words).stdout;
      assert.equal(others("listen", "127.0.0.1:9180", "*:9180"), `${dir}/other.conf\n${dir}/wide.conf\n`);
      assert.equal(others("server_name", "b.example"), `${dir}/wide.conf\n`);
      assert.equal(others("server_name", "c.example"), "");
    });

    test("knows the nginx that has keepalive_min_timeout", () => {
      const script = `${part("words")}${part("keepalive")}\nknows_keepalive "$1"`;
      const knowing = ["1.18.0", "1.26.3", "1.27.3", "1.27.4", "1.28", "1.31.5", "2.0.0"].filter(
        (version) => run(script, version).status === 0,
      );
      assert.deepEqual(knowing, ["1.27.4", "1.28", "1.31.5", "2.0.0"]);
    });

    test("runs what it is told to, and nothing of a script that was cut", () => {
      const script = `${part("words")}make() { cat; tell made; }\n${part("main")}`;
      assert.deepEqual(run(script, "make"), { status: 0, stdout: "made\n" });
      const cut = script.slice(0, script.indexOf('"$1" </dev/null'));
      assert.notEqual(spawnSync(program, [...rest, cut, "sh", "make"]).stdout.toString(), "made\n");
    });
  });
}
