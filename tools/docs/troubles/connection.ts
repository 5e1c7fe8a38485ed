import { SiteReleaseError } from "../../../provider/errors.ts";
import { type Endpoint, hopOf, INPUT_NAMES } from "../../../provider/transport/connection.ts";
import { hostKeyLine, parseHostKey } from "../../../provider/transport/hostKey.ts";
import { distrust, hostTrust } from "../../../provider/transport/hostTrust.ts";
import { Login } from "../../../provider/transport/login.ts";
import { sshCredentials } from "../../../provider/transport/ssh.ts";
import { quotedError } from "../said.ts";
import type { Trouble } from "../trouble.ts";

const hop = (more: Partial<Endpoint> = {}) =>
  hopOf({ host: "web1.example.com", user: "deploy", ...more }, INPUT_NAMES.target);

// Keys of nobody's.
const [key, other] = [1, 2].map((byte) => {
  const name = Buffer.from("ssh-ed25519");
  const blob = [name, Buffer.alloc(32, byte)].flatMap((part) => [Buffer.from([0, 0, 0, part.length]), part]);
  const made = parseHostKey(`ssh-ed25519 ${Buffer.concat(blob).toString("base64")}`);
  if (made === undefined) throw new Error("no key");
  return made;
}) as [NonNullable<ReturnType<typeof parseHostKey>>, NonNullable<ReturnType<typeof parseHostKey>>];

const known = (text: string) => hostTrust(hop(), [{ path: "/home/ci/.ssh/known_hosts", text }]);

function thrown(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof SiteReleaseError) return error.message;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const dial = { action: "connect to …", expected: "an SSH server" };
const next = "Check … and …, that the machine runs, and that no firewall stands between";

/** What keeps the machine that runs Pulumi from being let in. */
export const connection: readonly Trouble[] = [
  {
    title: "The connection was refused",
    text: quotedError(
      {
        ...dial,
        observed: "the connection was refused: nothing listens on that port",
        done: "gave up after … attempts",
        next,
      },
      "transport/dial.ts",
    ),
    why: "The machine answers, and sshd does not run, or on another port. A host that boots is waited for: `connection.dialErrorLimit` tries.",
  },
  {
    title: "The name is not known",
    text: quotedError({ ...dial, observed: "its name is not known", next }, "transport/dial.ts"),
    why: "DNS has no such name, as seen from the machine that runs Pulumi. `~/.ssh/config` is not read, so a name from there is none.",
  },
  {
    title: "No way to the host, or no answer",
    text: quotedError(
      { ...dial, observed: "there is no way to it in the network", done: "gave up after … attempts", next },
      "transport/dial.ts",
    ),
    why: 'So it is with "it did not answer" and "it did not answer within … s": a firewall, a VPN that is off, a machine that is down. `connection.proxy` is for a host behind another one.',
  },
  {
    title: "The host's key is not known",
    text: distrust(hop(), known(""), key)?.message ?? "",
    why: "Nobody has said which key the host has, so anybody could answer in its place. Nothing was sent.",
    act: "in CI, have the line in the program (`hostKey`) or in a file of the job. Compare it once with the host's own.",
  },
  {
    title: "The host's key is another one",
    text: distrust(hop(), known(`web1.example.com ${hostKeyLine(other)}\n`), key)?.message ?? "",
    why: "The host was installed anew, a DNS record points elsewhere, or something stands between.",
  },
  {
    title: "The login was refused",
    text: refusedLogin(),
    why: "The host knows none of the keys that were tried, or not for this user. Which were tried is in the text.",
    act: "`ssh-add -l` shows the agent's; sshd's own reason is in the host's `journalctl -u ssh`. A home directory or `authorized_keys` that others may write is ignored by sshd.",
  },
  {
    title: "Nothing to log in with",
    text: quotedError(
      {
        action: "connect to …",
        observed: "there is nothing to log in with: no agent (SSH_AUTH_SOCK), no key file without a passphrase",
        next: "Start an agent and add the key (ssh-add), or name the key file",
      },
      "transport/credentials.ts",
    ),
    why: "A key with a passphrase needs an agent, or `privateKeyPassword`.",
  },
  {
    title: "The key cannot be used",
    text: thrown(() =>
      sshCredentials(hop({ privateKey: "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----" })),
    ),
    why: "The text is no private key in a form that OpenSSH has. A secret of CI that lost its line ends is the usual case; PKCS#8 is what some tools write.",
  },
];

function refusedLogin(): string {
  const login = new Login(hop(), [{ source: "the agent of SSH_AUTH_SOCK", method: { type: "agent" } }]);
  login.next(null, null);
  return login.refused(["publickey"]).message;
}
