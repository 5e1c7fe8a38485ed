import type { Transport } from "../transport/transport.ts";
import type { Owner } from "./plan.ts";

/** Gives the site up on its host if the owner with this id has it, and leaves traffic alone. Returns the other owner that has it. */
export declare function leaveSite(transport: Transport, deployPath: string, id: string): Promise<Owner | undefined>;
