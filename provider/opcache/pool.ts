import { needs } from "../needs.ts";
import { converse } from "../transport/conversation.ts";
import { hostScript } from "../transport/script.ts";
import type { Address, Transport } from "../transport/transport.ts";
import { poolName } from "./address.ts";

/** Why a pool cannot be reached, and the right that would help. */
export interface PoolDiagnosis {
  readonly why: string;
  readonly next: string;
}

/** What the host says of a socket; see host/pool.sh. */
export interface SocketFacts {
  readonly kind: "socket" | "other" | "absent" | "hidden";
  readonly writable: boolean;
  /** Whether a process listens there; "unknown" where the kernel's list cannot be read. */
  readonly listening: "yes" | "no" | "unknown";
  /** As `stat` says: mode, user, group; empty unless it can be seen. */
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly user: string;
  readonly groups: string;
  /** Other php-fpm sockets at the usual place. */
  readonly others: string;
}

/** Finds out on the host, in one command, why a connection to the pool failed. */
export async function diagnosePool(transport: Transport, pool: Address): Promise<PoolDiagnosis> {
  if (!("socket" in pool))
    return {
      why: `nothing answers at ${poolName(pool)} on ${transport.host}, or sshd forbids forwarding`,
      next: "Check the pool's listen and listen.allowed_clients, and sshd's AllowTcpForwarding for this user (or install perl on the host, which connects where sshd does not)",
    };
  const { facts } = await converse(
    transport,
    hostScript("pool"),
    { socket: pool.socket },
    { outcomes: ["diagnosed"], purpose: "answer", patience: 60 },
  );
  const fact = (name: string): string => facts.get(name) ?? "";
  const kind = fact("kind");
  const listening = fact("listening");
  return explainSocket(pool.socket, {
    kind: kind === "socket" || kind === "other" || kind === "hidden" ? kind : "absent",
    writable: fact("writable") === "yes",
    listening: listening === "yes" || listening === "no" ? listening : "unknown",
    mode: fact("mode"),
    owner: fact("owner"),
    group: fact("group"),
    user: fact("user"),
    groups: fact("groups"),
    others: fact("others"),
  });
}

export function explainSocket(socket: string, facts: SocketFacts): PoolDiagnosis {
  const { user } = facts;
  if (facts.kind === "absent" || facts.kind === "other") {
    const what = facts.kind === "absent" ? "does not exist" : "is not a socket";
    const seen = facts.others === "" ? "no php-fpm socket is in /run/php" : `/run/php has ${facts.others}`;
    return {
      why: `${socket} ${what}; ${seen}`,
      next: "Set `pools` to what the pool's listen says, or start php-fpm",
    };
  }
  if (facts.kind === "hidden")
    return {
      why: `${user} cannot look into the directory of ${socket}`,
      next: `Give ${user} the right to pass it (chmod o+x, or a group), or set \`opcache.url\` to a localhost endpoint`,
    };
  if (!facts.writable)
    return {
      why: `${user} (groups ${facts.groups}) cannot write ${socket} (${facts.mode} ${facts.owner} ${facts.group})`,
      next: `${socketGrant(facts)}; it lets ${user} run any PHP as the pool's user. Without it there is no smoke, and opcache needs \`opcache.url\` (a localhost endpoint)`,
    };
  if (facts.listening === "no")
    return { why: `no process listens at ${socket}`, next: "Start php-fpm: systemctl start 'php*-fpm.service'" };
  return {
    why: `${user} can write ${socket}, but no connection came through`,
    next: "If sshd forbids forwarding, install perl on the host, which connects instead, or allow it for this user: AllowStreamLocalForwarding yes, AllowTcpForwarding yes, and no restrict in authorized_keys",
  };
}

function socketGrant({ mode, owner, group, user }: SocketFacts): string {
  // php-fpm's listen.mode as `stat` shows it: srw-rw---- has the group's write bit sixth.
  return mode.charAt(5) === "w" ? needs.socket.grant(group, user) : needs.socketAcl.grant(owner, user);
}
