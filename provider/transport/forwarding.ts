import { SiteReleaseError } from "../errors.ts";
import type { ChannelRefused } from "./channel.ts";
import type { PipeRefused } from "./pipe.ts";
import type { Address, Transport } from "./transport.ts";

// SSH_OPEN_ADMINISTRATIVELY_PROHIBITED (RFC 4254 §5.1): sshd says it of every forwarding that it forbids, but of sockets.
const PROHIBITED = 1;

/** Whether sshd says outright that it forbids it. */
export function isForbidden(refused: ChannelRefused): boolean {
  return refused.code === PROHIBITED;
}

/** The error of a connection that sshd did not make, nor a program on the host in its place (`pipe`, if one was tried). */
export function forwardRefused(
  transport: Transport,
  address: Address,
  refused: ChannelRefused,
  pipe?: PipeRefused,
): SiteReleaseError {
  const place = "socket" in address ? address.socket : `${address.host}:${address.port}`;
  const failed = (reason: string, observed: string, next?: string): SiteReleaseError => {
    const failure = { action: `reach ${place}`, host: transport.host, observed, ...(next !== undefined && { next }) };
    return new SiteReleaseError(reason, failure, { cause: refused });
  };
  const said = `sshd says "${refused.message}"`;
  if ("socket" in address) {
    // sshd answers "open failed" for all of these (OpenSSH channels.c, serverloop.c).
    const candidates = `Either it is not there, or nothing listens on it, or ${transport.user} may not write to it (ls -l ${place}), or sshd forbids it: AllowTcpForwarding, AllowStreamLocalForwarding or DisableForwarding in sshd_config, "restrict" before the key in authorized_keys`;
    return failed("forward-refused", said, candidates);
  }
  if (!isForbidden(refused)) {
    const candidates = `Either nothing listens there, or sshd forbids it: AllowTcpForwarding or DisableForwarding in sshd_config, "restrict" before the key in authorized_keys`;
    return failed("forward-refused", said, candidates);
  }
  if (pipe?.through !== undefined)
    return failed("connect-refused", `${pipe.through} on the host says "${pipe.message}"`);
  return failed(
    "forward-forbidden",
    `sshd forbids forwarding (${refused.message}), and ${NO_PROGRAM}`,
    FORWARDING_ADVICE,
  );
}

const NO_PROGRAM = "the host has neither perl, python3 nor php-cli to connect with instead";

/** What grants a connection where sshd forwards none. */
export const FORWARDING_ADVICE = `Install one of them as root (on Debian: apt-get install perl), or let sshd forward for this login: AllowTcpForwarding yes and no DisableForwarding in sshd_config, "restrict,port-forwarding" in place of "restrict" before its key in authorized_keys`;
