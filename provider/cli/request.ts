import type { Jump } from "./target.ts";

/** The machine that is asked: this one, or another over SSH. */
export type Where =
  | "local"
  | {
      readonly host: string;
      readonly user?: string;
      readonly port?: number;
      readonly identity?: string;
      readonly hostKey?: string;
      readonly jump?: Jump;
    };

/** What a command line asks for. */
export interface Request {
  readonly command: "status" | "history";
  readonly where: Where;
  readonly deployPath: string;
  readonly includePath: string;
  readonly pidFile: string;
  readonly confDir: string;
  /** How many switches of the history are wanted. */
  readonly limit: number;
  readonly json: boolean;
}
