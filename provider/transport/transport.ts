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
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the command has ended and its output is closed; rejects when the connection was lost before. */
  readonly ended: Promise<Exit>;
  /** Closes the channel at once. The command on the host meets end of input and a closed output. */
  close(): void;
}

/** All that the package needs of a host. Every implementation passes tests/sandbox/transport.test.ts. */
export interface Transport {
  /** The host's name in messages: "web1.example.com", or "this host". */
  readonly host: string;
  /** The login name there, for texts that grant a right. */
  readonly user: string;
  /** The host's key as an authorized_keys line without comment; absent without SSH. */
  readonly hostKey: string | undefined;
  /** Starts one command line in the login shell. */
  start(command: string): Promise<Session>;
  /** Opens one fresh connection from the host; the caller destroys it. Rejects with a SiteReleaseError that tells refused, forbidden and absent apart where it can. */
  connect(address: Address): Promise<Duplex>;
}
