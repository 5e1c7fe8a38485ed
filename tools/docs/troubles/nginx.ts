import { type EndedSwitch, restored, SITE } from "./switches.ts";

const test = "sudo --non-interactive nginx -t";
const reload = "sudo --non-interactive systemctl reload nginx.service";

/** What nginx, or the right to it, did not do. */
export const nginx: readonly EndedSwitch[] = [
  {
    title: "A sudo right is missing",
    reason: "test-red-before",
    detail: test,
    texts: { "nginx-test": ["sudo: a password is required"] },
    why: "A switch needs two commands as root, by exactly these words. A file in `/etc/sudoers.d` whose name has a dot, or that others may write, is not read.",
    act: "as the text says; `sudo -l -U deploy` shows, as root, what the user has.",
  },
  {
    title: "nginx does not read the include",
    reason: "include-unread",
    detail: `${SITE}/root_dir.nginx.conf`,
    facts: restored,
    why: "The include was written, nginx tested its configuration, and nobody opened the file: no server block names it, the block's file is not linked into `sites-enabled`, or `includePath` is another one.",
    act: "put [the two lines](host.md#the-server-block) into the site's server block. Its `root` must be `$root_dir`, and locations must not set another.",
  },
  {
    title: "nginx's configuration was red before",
    reason: "test-red-before",
    detail: test,
    texts: {
      "nginx-test": [
        'nginx: [emerg] unknown directive "gzipp" in /etc/nginx/conf.d/gzip.conf:3',
        "nginx: configuration file /etc/nginx/nginx.conf test failed",
      ],
    },
    why: "`nginx -t` fails without any doing of ours, by somebody's edit. Nothing was changed; what runs goes on until nginx is started again.",
  },
  {
    title: "An include of nginx's is missing",
    reason: "test-red-before",
    detail: test,
    texts: {
      "nginx-test": [
        'nginx: [emerg] open() "/var/www/other.example/root_dir.nginx.conf" failed (2: No such file or directory) in /etc/nginx/sites-enabled/other:5',
      ],
    },
    why: "Another site's server block names an include that its first `pulumi up` has yet to write. Until then nginx can neither start nor reload, for no site.",
  },
  {
    title: "nginx refuses the configuration with our include",
    reason: "test-red-after",
    facts: restored,
    texts: {
      "nginx-test": [
        'nginx: [emerg] "set" directive is not allowed here in /var/www/example.com/root_dir.nginx.conf:1',
      ],
    },
    why: "It was green before, and is red with the include: the line `set $root_dir …;` does not fit where it is included, as at http level.",
    act: "[the lines that matter](host.md#the-server-block) belong at the level of the server block, each once.",
  },
  {
    title: "`nginx -t` does not end",
    reason: "test-late-before",
    detail: test,
    facts: { live: "42", "goes-on": "yes" },
    why: "nginx looks up names of upstreams while it tests, and waits for DNS; or the command asks for a password.",
  },
  {
    title: "`nginx -t` does not end with our include",
    reason: "test-late-after",
    detail: test,
    facts: restored,
    why: "As above, but it was quick a moment ago: a name server that comes and goes.",
  },
  {
    title: "Edits that nobody has reloaded",
    reason: "pending-edits",
    texts: { "pending-edit": ["/etc/nginx/conf.d/limits.conf", "/etc/nginx/sites-available/other"] },
    why: "These files are newer than nginx's workers. Our reload would make them live, and the two sudo rights could not take them back.",
    act: 'as root, `nginx -t && systemctl reload nginx.service`; or, if they shall go live with this switch, `allowPendingEdits: true`. A switch by `strategy: "symlink"` does not mind them.',
  },
  {
    title: "nginx is not running",
    reason: "nginx-not-running",
    detail: "/run/nginx.pid",
    why: "No master process is where the pid file and systemd say. To start it is not among the deploy user's rights.",
  },
  {
    title: "nginx stopped during the switch",
    reason: "nginx-stopped",
    facts: restored,
    why: "Its master was there when the switch began, and is gone: somebody stopped or restarted it, or it was killed.",
    act: "`journalctl -u nginx` says which. Then start it, and run `pulumi up` again.",
  },
  {
    title: "The reload failed",
    reason: "reload-refused",
    detail: reload,
    facts: { ...restored, "pid-file": "4711" },
    texts: { reload: ["nginx.service: Control process exited, code=exited, status=1/FAILURE"] },
    why: "The command itself said no. Where the pid file is stale, empty or gone, systemd's reload has nobody to signal.",
  },
  {
    title: "nginx did not reload, though the command succeeded",
    reason: "reload-ignored",
    detail: reload,
    facts: restored,
    why: "nginx tests less than it does: a port that another program has, or a shared memory zone of another size, makes the master keep its old workers, and says so only in its log. An exit code of 0 proves nothing.",
    act: "as root, `tail -n 20 /var/log/nginx/error.log`. What is there is somebody's edit in most cases: of ours only the include is new.",
  },
  {
    title: "The reload does not end",
    reason: "reload-late",
    detail: reload,
    facts: restored,
    why: "systemd waits for a job, or sudo for a password; no new worker came up either. (Where new workers prove the reload, a late command is a warning only.)",
  },
  {
    title: "The pid file names another process",
    reason: "pid-file-stranger",
    detail: "812 cron",
    facts: { live: "42", "pid-file": "4711" },
    why: "After a crash the pid file was left, and its number is somebody else's by now, who would have got nginx's signal. Refused before anything was changed.",
  },
  {
    title: "Old workers still accept",
    reason: "old-workers-stay",
    facts: restored,
    why: "The new generation is there, and the old one still takes connections: a second master on the same ports, or a host that hardly gets on.",
    act: "`ps -C nginx -o pid,ppid,lstart,args`: one master is right. Raise `reloadTimeout` on a slow host.",
  },
  {
    title: "The new workers died",
    reason: "workers-died",
    facts: restored,
    why: "They came up and ended within a moment: a module that crashes, or a limit of the unit (memory, files).",
  },
];
