import type { Duplex, Readable, Writable } from "node:stream";

/** A place that a fresh connection can be made to, as seen from the host. */
export type Address = { readonly socket: string } | { readonly host: string; readonly port: number };

/** How a command ended: by its exit code, or by a signal. */
export interface Exit {
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

/** One command that runs on the host. */
export interface Session {
  /** Ending it is the host's end of input. */
  readonly stdin: Writable;
  /** Breaks with the connection's error, after the last byte that came, when the connection is lost. */
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the command has ended and its output is closed; rejects when the connection was lost before. */
  readonly ended: Promise<Exit>;
  /** Closes the channel at once: the command on the host meets end of input and a closed output, and how it ends stays unknown. */
  close(): void;
}

/** What a command is started for: "answer" is to answer a script that waits, and never stands in line behind other scripts. */
export type Purpose = "work" | "answer";

/** All that the package needs of a host. Every implementation passes tests/sandbox/transport.test.ts. */
export interface Transport {
  /** The host's name in messages: "web1.example.com", or "this host". */
  readonly host: string;
  /** The login name there, for texts that grant a right. */
  readonly user: string;
  /** The host's key as an authorized_keys line without comment; absent without SSH. */
  readonly hostKey: string | undefined;
  /** Starts one command line in the login shell; waits while too many run. Both outputs must be read, or nothing ends. */
  start(command: string, purpose?: Purpose): Promise<Session>;
  /** Opens one fresh connection from the host; the caller destroys it. Rejects with a SiteReleaseError that tells refused, forbidden and absent apart where it can. */
  connect(address: Address): Promise<Duplex>;
}
