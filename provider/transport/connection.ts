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
  readonly names: EndpointNames;
}

/** What the fields of an endpoint are called where a person gave them, for advice. */
export interface EndpointNames {
  readonly host: string;
  readonly port: string;
  readonly user: string;
  readonly password: string;
  readonly privateKey: string;
  readonly privateKeyPath: string;
  /** Absent where a passphrase cannot be given. */
  readonly privateKeyPassword?: string;
  readonly hostKey: string;
}

/** The same for a connection. */
export interface ConnectionNames {
  readonly target: EndpointNames;
  readonly proxy: EndpointNames;
}

/** The names that inputs of resources have. */
export const INPUT_NAMES: ConnectionNames = { target: inputNames("connection"), proxy: inputNames("connection.proxy") };

function inputNames(input: string): EndpointNames {
  return {
    host: `${input}.host`,
    port: `${input}.port`,
    user: `${input}.user`,
    password: `${input}.password`,
    privateKey: `${input}.privateKey`,
    privateKeyPath: `${input}.privateKeyPath`,
    privateKeyPassword: `${input}.privateKeyPassword`,
    hostKey: `${input}.hostKey`,
  };
}

/** An endpoint with its defaults. */
export function hopOf(endpoint: Endpoint, names: EndpointNames): Hop {
  return {
    ...endpoint,
    port: endpoint.port ?? 22,
    user: endpoint.user ?? "root",
    dialErrorLimit: endpoint.dialErrorLimit ?? 10,
    perDialTimeout: endpoint.perDialTimeout ?? 15,
    names,
  };
}

/** "web1.example.com", or "web1.example.com port 2222". */
export function hopName(hop: Hop): string {
  return hop.port === 22 ? hop.host : `${hop.host} port ${hop.port}`;
}
