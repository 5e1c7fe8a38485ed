import { SiteReleaseError } from "../errors.ts";
import { nextOf } from "../needs.ts";
import { StepWhen } from "../stepArgs.ts";
import type { Transport } from "../transport/transport.ts";
import { decide } from "./decide.ts";
import type { StepPlan, StepResult } from "./plan.ts";
import { type StepTalk, talkStep, whatWentWrong } from "./talk.ts";

/** Runs a step on the host if it is due there. `progress` gets what it prints, line by line. */
export async function runStep(
  transport: Transport,
  plan: StepPlan,
  progress: (status: string) => void,
): Promise<StepResult> {
  const started = performance.now();
  const talk = await talkStep(transport, plan, plan.command, (history) => decide(plan, history), progress);
  const { answer, decision, output } = talk;
  if (answer.outcome === undefined || decision === undefined) throw failed(transport, plan, talk);
  if (decision.action === "lost") throw overtaken(transport, plan, decision.reason);
  return {
    ran: decision.action === "run",
    reason: decision.reason,
    stdout: output.text,
    seconds: Math.round((performance.now() - started) / 10) / 100,
  };
}

function failed(transport: Transport, plan: StepPlan, talk: StepTalk): SiteReleaseError {
  const { failure, facts } = talk.answer;
  const { name, version, when } = plan;
  const observed = whatWentWrong(talk);
  const next = nextOf(facts);
  return new SiteReleaseError(failure?.reason ?? "step-failed", {
    action: `run step ${name} for ${version}`,
    host: transport.host,
    observed: observed ?? failure?.detail ?? "",
    ...(observed !== undefined && { done: "what it did stays done" }),
    next: next ?? (when === StepWhen.Before ? BEFORE : AFTER),
  });
}

function overtaken(transport: Transport, { name, version }: StepPlan, observed: string): SiteReleaseError {
  return new SiteReleaseError("step-overtaken", {
    action: `run step ${name} for ${version}`,
    host: transport.host,
    observed,
    expected: version,
    done: "it was not run",
    next: "Somebody else switched the site: `pulumi up --refresh` switches it again, and runs the step",
  });
}

const BEFORE = "Nothing was switched. The next `pulumi up` runs the step again";
const AFTER = "The version is live. The next `pulumi up` runs the step again";
