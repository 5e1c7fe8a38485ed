import type { WarmPattern } from "./answer.ts";
import { secondsLeft } from "./warmTarget.ts";
import type { OpcacheWay, Reply } from "./way.ts";

/** One cache, as it was found. */
export interface Surveyed {
  readonly way: OpcacheWay;
  /** Its first answer. */
  readonly reply: Reply;
  /** The scripts that the next release lacks in it, relative to the release. */
  readonly files: readonly string[];
}

export interface SurveyTarget {
  readonly releasesDir: string;
  readonly version: string;
  readonly live: string | undefined;
  readonly former: string | undefined;
  readonly warm: readonly WarmPattern[];
  /** How long all caches together may take, in seconds. */
  readonly seconds: number;
}

const MOST_PAGES = 50;

/** Looks into each cache once: pools of one php-fpm master have one. Changes nothing. */
export async function surveyCaches(ways: readonly OpcacheWay[], target: SurveyTarget): Promise<readonly Surveyed[]> {
  const found: Surveyed[] = [];
  const known = new Set<string>();
  const deadline = performance.now() + target.seconds * 1000;
  for (const way of ways) {
    const surveyed = await surveyOne(way, target, deadline);
    const cache = surveyed.reply.kind === "answer" ? surveyed.reply.answer.cache : "";
    if (cache !== "" && known.has(cache)) continue;
    known.add(cache);
    found.push(surveyed);
  }
  return found;
}

async function surveyOne(way: OpcacheWay, target: SurveyTarget, deadline: number): Promise<Surveyed> {
  const { releasesDir, version, live = "", former, warm } = target;
  const keep = [live, former ?? ""].filter((kept) => kept !== "");
  const ask = (after: string) => {
    const left = secondsLeft({ deadline });
    return way.ask({ op: "survey", releases: `${releasesDir}/`, live, next: version, keep, warm, after }, left);
  };
  const reply = await ask("");
  const files: string[] = [];
  let page = reply.kind === "answer" ? reply.answer.survey : undefined;
  for (let count = 1; page !== undefined; count++) {
    files.push(...page.files);
    if (!page.more || count === MOST_PAGES) break;
    const further = await ask(files.at(-1) ?? "");
    page = further.kind === "answer" ? further.answer.survey : undefined;
  }
  return { way, reply, files };
}
