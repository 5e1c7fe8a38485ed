import { ChannelRefused } from "../../../provider/transport/channel.ts";
import { forwardRefused } from "../../../provider/transport/forwarding.ts";
import { quotedError } from "../said.ts";
import type { Trouble } from "../trouble.ts";
import { host } from "./releaseWords.ts";

/** What goes wrong on a connection that is there. */
export const session: readonly Trouble[] = [
  {
    title: "The connection was lost",
    text: quotedError(
      {
        action: "keep the connection",
        observed: "…",
        next: "Run it again: what was under way on the host has ended or restored itself",
      },
      "transport/ssh.ts",
    ),
    why: "Nothing was heard of the host for 15 s, or it closed the connection. What was not committed has been restored there by itself.",
  },
  {
    title: "sshd refused a session",
    text: quotedError(
      {
        action: "run a command",
        observed: "sshd refused it (…)",
        next: "Check MaxSessions in the host's sshd_config, the login shell of …, and options before its key in authorized_keys",
      },
      "transport/sshTransport.ts",
    ),
    why: "The login is right, and may run nothing: a shell such as `nologin`, `MaxSessions 0`, or a key for forwarding only.",
  },
  {
    title: "A script ended without a word",
    text: quotedError(
      {
        action: "run a script of this package",
        observed: "it ended without a word (…)",
        expected: "a POSIX shell as /bin/sh, with coreutils and gzip",
      },
      "transport/conversation.ts",
    ),
    why: 'Something else than our script ran: `command=` before the key, a `ForceCommand`, a login shell that knows no `exec`. So it is with "it did not arrive whole".',
    act: "`ssh deploy@web1.example.com 'exec /bin/sh -c \"echo yes\"'` must print `yes`, and nothing else.",
  },
  {
    title: "A script has said nothing for long",
    text: quotedError(
      {
        action: "run a script of this package",
        observed: "it has said nothing for … s",
        expected: "its next word",
        done: "the script's input was ended, at which it restores what it has begun",
        next: "See what hangs there (ps -ef --forest; a disk or a network file system that does not answer), and run it again",
      },
      "transport/talk.ts",
    ),
    why: "The host lives, and a program on it does not get on.",
  },
  {
    title: "sshd forbids forwarding, and there is no way round",
    text: forwardRefused(
      host,
      { host: "127.0.0.1", port: 80 },
      new ChannelRefused("(SSH) Channel open failure: open failed", 1),
    ).message,
    why: "Smoke, probe and opcache connect on the host through sshd, or else through perl, python3 or php-cli there.",
  },
  {
    title: "The time was over",
    text: quotedError(
      {
        action: "finish in time",
        observed: "the work was not done after … s",
        expected: "an end within the time that customTimeouts gives",
        done: "stopped",
        next: "The next `pulumi up` finishes or restores what was begun",
      },
      "lifecycle/deadline.ts",
    ),
    why: "The resource option `customTimeouts` ended it. Without one every wait has its own limit.",
  },
];
