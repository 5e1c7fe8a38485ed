import { lastAnswer, withWords } from "./lastAnswer.ts";
import type { ProbePlan } from "./plan.ts";
import { type ProbeAnswer, times } from "./verdict.ts";

const LONGEST_WORDS = 100;

/**
 * Says how a probe goes: a line when the answers change, not one for each of them, since a log that is no live tree keeps every line. `row` is
 * how many good ones in a row there are with this answer, `why` is what is wrong with it.
 */
export function probeProgress(
  { count }: Pick<ProbePlan, "count">,
  progress: (text: string) => void,
): (answer: ProbeAnswer, row: number, why: string | undefined) => void {
  let last: string | undefined;
  let tries = 0;
  progress(`probing 0/${count}`);
  return (answer, row, why) => {
    const before = last !== undefined && why !== last ? `; before that ${times(tries)}: ${last}` : "";
    tries = why === last ? tries + 1 : 1;
    if (why !== undefined && why === last) return;
    last = why;
    if (why === undefined) {
      if (row < count) progress(`probing ${row}/${count}${before}`);
      return;
    }
    const words = "error" in answer ? "" : lastAnswer(answer.status, answer.body, LONGEST_WORDS);
    progress(`probing 0/${count}: ${withWords(why, [words])}${before}`);
  };
}
