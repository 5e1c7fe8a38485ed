import { SiteReleaseError } from "../errors.ts";
import { StepWhen } from "../stepArgs.ts";
import { newRun } from "../switch/inputs.ts";
import { type Answer, converse } from "../transport/conversation.ts";
import { Output } from "../transport/output.ts";
import { hostScript } from "../transport/script.ts";
import type { Transport } from "../transport/transport.ts";
import { type Decision, decide } from "./decide.ts";
import type { StepHistory, StepPlan, StepResult } from "./plan.ts";

/** Runs a step on the host if it is due there. `progress` gets what it prints, line by line. */
export async function runStep(
  transport: Transport,
  plan: StepPlan,
  progress: (status: string) => void,
): Promise<StepResult> {
  const started = performance.now();
  const output = new Output(progress);
  let decision: Decision | undefined;
  const answer = await converse(transport, hostScript("step"), inputsOf(plan), {
    step: (name) => progress(name === "waiting" ? "waiting for another step of the site" : name),
    ask: async (_name, said) => {
      decision = decide(plan, historyOf(said));
      return decision.action;
    },
    output: (text) => output.hear(text),
  });
  if (answer.outcome === undefined || decision === undefined) throw failed(transport, plan, answer, output);
  if (decision.action === "lost") throw overtaken(transport, plan, decision.reason);
  return {
    ran: decision.action === "run",
    reason: decision.reason,
    stdout: output.text,
    seconds: Math.round((performance.now() - started) / 10) / 100,
  };
}

function inputsOf(plan: StepPlan) {
  return {
    run: newRun().id,
    deploy_path: plan.deployPath,
    version: plan.version,
    step_name: plan.name,
    step_command: plan.command,
    step_timeout: String(Math.ceil(plan.timeout)),
  };
}

function historyOf({ facts }: Answer): StepHistory {
  const live = facts.get("live") ?? "";
  const ranFor = facts.get("ran-for");
  return {
    ...(live !== "" && { live }),
    since: facts.get("since") ?? "never",
    times: Number(facts.get("times")),
    declared: facts.get("declared") === "yes",
    ...(ranFor !== undefined && { ranFor }),
  };
}

function failed(transport: Transport, plan: StepPlan, answer: Answer, output: Output): SiteReleaseError {
  const { reason, detail } = answer.failure ?? { reason: "step-failed", detail: "" };
  const { name, version, when } = plan;
  const observed = observations[reason]?.(detail);
  const next = answer.facts.get("next");
  return new SiteReleaseError(reason, {
    action: `run step ${name} for ${version}`,
    host: transport.host,
    observed: observed === undefined ? detail : `${observed}${output.lastWords}`,
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

const observations: Readonly<Record<string, (detail: string) => string>> = {
  "step-failed": (code) => `it ended with exit code ${code}`,
  "step-late": (seconds) => `it was not done after ${seconds} s and was ended`,
  "step-unrecorded": (record) => `it was done, but ${record} cannot be written`,
};

const BEFORE = "Nothing was switched. The next `pulumi up` runs the step again";
const AFTER = "The version is live. The next `pulumi up` runs the step again";
