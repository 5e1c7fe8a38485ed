import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { clock } from "./load/clock.ts";
import { evaluate, type LoadResult, type Mark, type Sample } from "./load/evaluate.ts";

/** Steady open-loop load: requests fall due by the clock, whatever the answers do, and none is ever sent twice. */
export interface LoadOptions {
  /**
   * A page that names its version three times: in the header X-Version, and in its body as `<!-- early V -->` and `<!-- late V -->`,
   * each from a file of its own, read before and after its work.
   */
  readonly url: string;
  /** Such pages, relative to it, that are asked for in turn; without any it alone is. */
  readonly pages: readonly string[];
  /** The Host header. */
  readonly host: string;
  /** Requests per second. */
  readonly rate: number;
  /** Kept-alive connections, used in turn. */
  readonly connections: number;
  /** The share of requests that open a connection of their own, 0 to 1. */
  readonly freshShare: number;
  /** The share of requests that are POSTs, 0 to 1. */
  readonly postShare: number;
  /** After so many seconds, or requests, no more are sent, and stop() says so. */
  readonly maxSeconds: number;
  readonly maxRequests: number;
}

/** What the load's thread hands over. */
export interface Recording {
  readonly samples: readonly Sample[];
  /** It had ended by its own bounds. */
  readonly bound: boolean;
}

export interface Load {
  /** The marks so far, in their order. */
  readonly marks: readonly Mark[];
  /** From now on every request must meet `version`; without one a switch is under way, and any version may answer. */
  mark(label: string, version?: string): void;
  /** Ends the load when what was sent is answered, or 5 s later. Rejects if the load broke, or had ended by its own bounds. */
  stop(): Promise<LoadResult>;
  /** Ends it likewise, and gives what became of each request. */
  record(): Promise<readonly Sample[]>;
}

const defaults = { pages: [""], freshShare: 0.1, postShare: 0.1, maxSeconds: 120, maxRequests: 100_000 };

export function startLoad(
  options: Pick<LoadOptions, "url" | "host" | "rate" | "connections"> & Partial<LoadOptions>,
): Load {
  const worker = new Worker(join(__dirname, "load", "worker.js"), { workerData: { ...defaults, ...options } });
  const recorded: Promise<Recording> = once(worker, "message").then(([message]) => message);
  recorded.catch(() => {}); // stop() tells it
  worker.unref(); // a test that fails before stop() must not hang
  const marks: Mark[] = [];
  const end = async (): Promise<readonly Sample[]> => {
    worker.ref();
    worker.postMessage("stop");
    const { samples, bound } = await recorded;
    if (bound)
      throw new Error(`The load ended by itself after ${samples.length} requests: what came later is not known`);
    return samples;
  };
  return {
    marks,
    mark(label, version) {
      marks.push({ label, at: clock(), ...(version !== undefined && { version }) });
    },
    async stop() {
      return evaluate(await end(), marks);
    },
    record: end,
  };
}
