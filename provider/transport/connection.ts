/** How one SSH server is reached. Times are in seconds; paths are of this machine and absolute. */
export interface Login {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly privateKey?: string;
  readonly privateKeyPassword?: string;
  readonly privateKeyPath?: string;
  readonly agentSocketPath?: string;
  /** An authorized_keys line; absent: known_hosts decides. */
  readonly hostKey?: string;
  /** How often a connection is tried; -1 is without end. */
  readonly dialErrorLimit: number;
  /** How long one try may take; 0 is without end. */
  readonly perDialTimeout: number;
}

/** How the host is reached, through a jump host where one is named. */
export interface Connection extends Login {
  readonly proxy?: Login;
}

/** The machine that runs Pulumi, without SSH. */
export interface LocalHost {
  readonly local: true;
}
