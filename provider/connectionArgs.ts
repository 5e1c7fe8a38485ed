import type * as pulumi from "@pulumi/pulumi";

/** How one SSH server is reached, be it the host or a jump host before it. */
export interface ProxyConnectionArgs {
  /** The name or IP address. A change replaces the resources, unless `hostKey` stays the same. */
  host: pulumi.Input<string>;
  /**
   * The port of its SSH server. A change replaces the resources, unless `hostKey` stays the same.
   * @default 22
   */
  port?: pulumi.Input<number>;
  /**
   * The login name. A change takes effect with the next connection.
   * @default "root"
   */
  user?: pulumi.Input<string>;
  /**
   * The password; kept as a secret. A change is one update that does not use the network.
   * @default none
   */
  password?: pulumi.Input<string>;
  /**
   * The private key's text in PEM or OpenSSH format; kept as a secret. `privateKeyPath` or an agent keep it out of the state.
   * @default none
   */
  privateKey?: pulumi.Input<string>;
  /**
   * The passphrase of the private key; kept as a secret. A change is one update that does not use the network.
   * @default none
   */
  privateKeyPassword?: pulumi.Input<string>;
  /**
   * The private key's file on this machine, relative to the program's directory; `~` is expanded.
   * @default none: the agent is asked, and for SiteRelease ~/.ssh/id_*
   */
  privateKeyPath?: pulumi.Input<string>;
  /**
   * The socket of an SSH agent on this machine.
   * @default the environment's SSH_AUTH_SOCK
   */
  agentSocketPath?: pulumi.Input<string>;
  /**
   * The server's public key as a line of authorized_keys, as in "ssh-ed25519 AAAA…". The server must prove that it has it. Adding or
   * removing it is one update that does not use the network; while it is the same, a changed `host` or `port` is the same machine.
   * @default what known_hosts says of the host
   */
  hostKey?: pulumi.Input<string>;
  /**
   * How often a connection is tried before the host counts as unreachable; -1 is without end.
   * @default 10
   */
  dialErrorLimit?: pulumi.Input<number>;
  /**
   * How long one try may take, in seconds; 0 is without end.
   * @default 15
   */
  perDialTimeout?: pulumi.Input<number>;
}

/** How the host is reached over SSH: the fields of `@pulumi/command`'s connection, and `privateKeyPath`. */
export interface ConnectionArgs extends ProxyConnectionArgs {
  /**
   * A jump host that the connection goes through. A change replaces the resources, unless `hostKey` stays the same.
   * @default none
   */
  proxy?: pulumi.Input<ProxyConnectionArgs>;
}

/** How a host is reached over SSH that is not set up yet. */
export interface HostConnectionArgs extends ConnectionArgs {
  /**
   * The server's public key as a line of authorized_keys, as in "ssh-ed25519 AAAA…", of another type than ssh-rsa. The server must prove
   * that it has it: `@pulumi/command` looks into no known_hosts.
   */
  hostKey: pulumi.Input<string>;
}
