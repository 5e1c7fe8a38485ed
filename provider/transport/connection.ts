/** One machine on the way, as @pulumi/command's remote.Command has it, all values known. The fields marked secret are never shown. */
export interface Endpoint {
  readonly host: string;
  /** 22 when absent. */
  readonly port?: number;
  /** "root" when absent. */
  readonly user?: string;
  /** Secret. */
  readonly password?: string;
  /** The text of a private key; secret. */
  readonly privateKey?: string;
  /** A private key file on this machine; `~` is the home directory. */
  readonly privateKeyPath?: string;
  /** The passphrase of either key; secret. */
  readonly privateKeyPassword?: string;
  /** SSH_AUTH_SOCK when absent. */
  readonly agentSocketPath?: string;
  /** One line in authorized_keys' form; absent: known_hosts is asked. */
  readonly hostKey?: string;
  /** How many failed attempts to connect are too many: 10 when absent, -1 never gives up. */
  readonly dialErrorLimit?: number;
  /** How long one attempt may take in seconds: 15 when absent, 0 for ever. */
  readonly perDialTimeout?: number;
}

/** How to reach one host. */
export interface Connection extends Endpoint {
  /** A jump host that is connected to first. */
  readonly proxy?: Endpoint;
}

/** This machine itself, without SSH. */
export interface Local {
  readonly local: true;
}

/** One endpoint with its defaults, and the input that it came from. */
export interface Hop extends Endpoint {
  readonly port: number;
  readonly user: string;
  readonly dialErrorLimit: number;
  readonly perDialTimeout: number;
  /** "connection" or "connection.proxy": advice names inputs. */
  readonly input: string;
}

/** An endpoint with its defaults. */
export function hopOf(endpoint: Endpoint, input: string): Hop {
  return {
    ...endpoint,
    port: endpoint.port ?? 22,
    user: endpoint.user ?? "root",
    dialErrorLimit: endpoint.dialErrorLimit ?? 10,
    perDialTimeout: endpoint.perDialTimeout ?? 15,
    input,
  };
}

/** "web1.example.com", or "web1.example.com port 2222". */
export function hopName(hop: Hop): string {
  return hop.port === 22 ? hop.host : `${hop.host} port ${hop.port}`;
}
