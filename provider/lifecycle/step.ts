import { reporterFor } from "../progress.ts";
import { runStep } from "../step/run.ts";
import { guarded } from "./boundary.ts";
import { stripped } from "./check.ts";
import { diffStep, STEP_INPUTS, stepNeedsHost } from "./diff.ts";
import { onHost } from "./host.ts";
import { idOf } from "./identity.ts";
import { redactor } from "./secrets.ts";
import { type StepInputs, stepShape } from "./shapes.ts";
import { inputsOf, pick } from "./state.ts";
import { checkStep } from "./stepCheck.ts";
import type { Properties, Verbs } from "./verbs.ts";

/** The verbs of a Step: it runs a command of the user's for a version, once where that is due. The host knows what it did. */
export const step: Verbs = {
  check(olds, news) {
    return guarded(redactor(olds, news), () => checkStep(news));
  },
  diff(_id, olds, news) {
    return guarded(redactor(olds, news), async () => diffStep(olds, news));
  },
  create(news) {
    return guarded(redactor(news), async () => {
      const inputs = inputsOf(stepShape, news);
      return { id: `${idOf(inputs)}:${inputs.step.name}`, outs: await run("create", inputs, news) };
    });
  },
  update(_id, olds, news) {
    return guarded(redactor(olds, news), async () => {
      if (!stepNeedsHost(olds, news)) return { outs: stripped({ ...olds, ...news }) };
      return { outs: await run("update", inputsOf(stepShape, news), news) };
    });
  },
  async read(id, props) {
    return { id, props: stripped(props), inputs: pick(props, STEP_INPUTS) };
  },
  async delete() {
    // What a command did stays done, and the host's record of it too.
  },
};

async function run(verb: "create" | "update", inputs: StepInputs, news: Properties): Promise<Properties> {
  const redact = redactor(news);
  const report = reporterFor(news.__urn, redact);
  const { timeout, ...untimed } = inputs;
  const { deployPath, version, step } = inputs;
  // The host keeps the time: a client that only stopped listening would leave the command running.
  const limit = Math.min(step.timeout, timeout?.[verb] ?? step.timeout);
  return onHost(untimed, verb, report, async (transport) => {
    const plan = { deployPath, version, ...step, timeout: limit };
    const { ran, reason, stdout, seconds } = await runStep(transport, plan, report.status);
    report.status(ran ? "ran" : `not run: ${reason}`);
    return stripped({
      ...news,
      stdout: redact(stdout),
      report: { status: ran ? "ran" : "skipped", reason, seconds },
    });
  });
}
