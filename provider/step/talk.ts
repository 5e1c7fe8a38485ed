import { newRun } from "../switch/inputs.ts";
import { type Answer, converse } from "../transport/conversation.ts";
import { garbled, toldNumber } from "../transport/garbled.ts";
import { Output } from "../transport/output.ts";
import { hostScript } from "../transport/script.ts";
import { PATIENCE } from "../transport/talk.ts";
import type { Transport } from "../transport/transport.ts";
import type { Decision } from "./decide.ts";
import type { StepHistory, StepPlan } from "./plan.ts";

/** What the talk with the host about a step came to. */
export interface StepTalk {
  readonly answer: Answer;
  /** What was decided; absent: the host never asked. */
  readonly decision: Decision | undefined;
  /** What the command printed. */
  readonly output: Output;
}

/** Runs `command` for a step if `decideBy` the site's history says so, which it does while no other step of the site runs. */
export async function talkStep(
  transport: Transport,
  plan: StepPlan,
  command: string,
  decideBy: (history: StepHistory) => Decision,
  progress: (status: string) => void,
): Promise<StepTalk> {
  const output = new Output(progress);
  let decision: Decision | undefined;
  const answer = await converse(transport, hostScript("step"), inputsOf(plan, command), {
    outcomes: ["ran", "skipped"],
    // Another step of the site may take as long, before this one begins.
    patience: PATIENCE + plan.timeout,
    step: (name) => progress(name === "waiting" ? "waiting for another step of the site" : name),
    ask: async (_name, said) => {
      decision = decideBy(historyOf(transport.host, said));
      return decision.action;
    },
    output: (text) => output.hear(text),
  });
  const isToRun = decision?.action === "run" || decision?.action === "undo";
  if (answer.outcome !== undefined && isToRun !== (answer.outcome === "ran"))
    throw garbled(transport.host, `it was told "${decision?.action ?? "nothing"}", and says that it ${answer.outcome}`);
  return { answer, decision, output };
}

/** Why the command failed, with its last words; undefined where it was not run. */
export function whatWentWrong({ answer, output }: StepTalk): string | undefined {
  const { reason, detail } = answer.failure ?? { reason: "step-failed", detail: "" };
  const observed = observations.get(reason)?.(detail);
  return observed === undefined ? undefined : `${observed}${output.lastWords}`;
}

function inputsOf(plan: StepPlan, command: string) {
  return {
    run: newRun().id,
    deploy_path: plan.deployPath,
    version: plan.version,
    step_name: plan.name,
    step_command: command,
    step_timeout: String(Math.ceil(plan.timeout)),
  };
}

function historyOf(host: string, { facts }: Answer): StepHistory {
  const live = facts.get("live") ?? "";
  const ranFor = facts.get("ran-for");
  return {
    ...(live !== "" && { live }),
    since: facts.get("since") ?? "never",
    times: toldNumber(host, facts, "times"),
    declared: facts.get("declared") === "yes",
    ...(ranFor !== undefined && { ranFor }),
  };
}

const observations: ReadonlyMap<string, (detail: string) => string> = new Map([
  ["step-failed", (code: string) => `it ended with exit code ${code}`],
  ["step-late", (seconds: string) => `it was not done after ${seconds} s and was ended`],
  ["step-unrecorded", (record: string) => `it was done, but ${record} cannot be written`],
]);
