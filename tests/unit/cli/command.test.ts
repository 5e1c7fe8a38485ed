import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { readCommand } from "../../../provider/cli/command.ts";

function read(...words: string[]) {
  let out = "";
  let err = "";
  const answer = readCommand(words, "1.2.3", {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { answer, out, err };
}

const request = {
  command: "status",
  deployPath: "/var/www/a",
  includePath: "/var/www/a/root_dir.nginx.conf",
  pidFile: "/run/nginx.pid",
  confDir: "/etc/nginx",
  limit: 30,
  json: false,
};

test("A command line becomes a request with every default", () => {
  deepEqual(read("status", "deploy@web1:/var/www/a").answer, { ...request, where: { user: "deploy", host: "web1" } });
  deepEqual(read("status", "--local", "/var/www/a/").answer, { ...request, where: "local" });
  deepEqual(read("history", "web1:/var/www/a").answer, {
    ...request,
    command: "history",
    limit: 20,
    where: { host: "web1" },
  });
});

test("Every option has its place, before or after the target", () => {
  const login = ["-p", "2222", "-i", "~/.ssh/key", "-J", "me@bastion", "--host-key", "ssh-ed25519 AAAA"];
  const nginx = ["--include-path", "/x/live.conf", "--pid-file", "/x/pid", "--conf-dir", "/x"];
  deepEqual(read("history", ...login, "web1:/var/www/a", ...nginx, "-n", "3", "--json").answer, {
    command: "history",
    where: {
      host: "web1",
      port: 2222,
      identity: "~/.ssh/key",
      hostKey: "ssh-ed25519 AAAA",
      jump: { user: "me", host: "bastion" },
    },
    deployPath: "/var/www/a",
    includePath: "/x/live.conf",
    pidFile: "/x/pid",
    confDir: "/x",
    limit: 3,
    json: true,
  });
});

for (const [words, said] of [
  [["statsu"], "error: unknown command 'statsu'\n(Did you mean status?)"],
  [["status", "web1:/a", "--jsn"], "error: unknown option '--jsn'\n(Did you mean --json?)"],
  [["status", "web1:/a", "--limit", "3"], "error: unknown option '--limit'"],
  [["status", "web1:/a", "--\u009b2J"], "error: unknown option '--?2J'"],
  [
    ["status", "web1:/a", "web2:/a"],
    "error: too many arguments for 'status'. Expected 1 argument but got 2: web1:/a, web2:/a.",
  ],
  [["status"], "error: give one site: [user@]host:/deployPath, or --local <path>"],
  [["status", "web1:/a", "--local", "/a"], "error: give one site: [user@]host:/deployPath, or --local <path>"],
  [["status", "--local", "/a", "-p", "22"], "error: --local goes without --identity, --port, --jump and --host-key"],
  [
    ["status", "web1"],
    'error: "web1" is no site: expected [user@]host:/deployPath, as in deploy@web1:/var/www/example.com',
  ],
  [
    ["status", "\u001b[2J"],
    'error: "\\u001b[2J" is no site: expected [user@]host:/deployPath, as in deploy@web1:/var/www/example.com',
  ],
  [["status", "--local", "a"], "error: option '--local <path>' argument 'a' is invalid. Expected an absolute path."],
  [
    ["status", "web1:/a", "-p", "0"],
    "error: option '-p, --port <port>' argument '0' is invalid. Expected a port, 1 to 65535.",
  ],
  [
    ["history", "web1:/a", "-n", "0"],
    "error: option '-n, --limit <n>' argument '0' is invalid. Expected a number, 1 to 10000.",
  ],
] as const)
  test(`"${words.join(" ")}" is refused with exit code 2: ${said.split("\n")[0]}`, () => {
    deepEqual(read(...words), { answer: 2, out: "", err: `${said}\n(--help tells what there is)\n` });
  });

test("Without a command the help is shown, as a mistake; asked for, it is none", () => {
  const mistaken = read();
  deepEqual([mistaken.answer, mistaken.out], [2, ""]);
  const asked = read("--help");
  deepEqual([asked.answer, asked.out, asked.err], [0, mistaken.err, ""]);
  match(asked.out, /^Usage: pulumi-site-release /);
  for (const command of ["status", "history"]) {
    const { answer, out } = read(command, "--help");
    equal(answer, 0);
    match(out, /\[user@\]host:\/deployPath[\s\S]*--json[\s\S]*Exit codes:\n {2}0 [\s\S]*\n {2}3 /);
    deepEqual(
      out.split("\n").filter((line) => line.length > 80),
      [],
    );
  }
  deepEqual(read("-V"), { answer: 0, out: "1.2.3\n", err: "" });
});
