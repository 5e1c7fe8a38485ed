import { SiteReleaseError } from "../errors.ts";
import { type Reporter, reporterFor } from "../progress.ts";
import { leaveSite } from "../switch/leave.ts";
import { observe } from "../switch/observe.ts";
import { RESTORE_FAILED, type SwitchContext } from "../switch/result.ts";
import { switchTo } from "../switch/switch.ts";
import { withBeforeSteps } from "./beforeSteps.ts";
import { guarded, PartialFailure } from "./boundary.ts";
import { remembered, stripped } from "./check.ts";
import { diffSwitch, SWITCH_INPUTS, switchNeedsHost } from "./diff.ts";
import { askHost, onHost } from "./host.ts";
import { idOf } from "./identity.ts";
import { ownerIdOf, ownerOf } from "./owner.ts";
import { switchPlan } from "./plans.ts";
import { withCertificates } from "./probe.ts";
import { redactor } from "./secrets.ts";
import { type SwitchInputs, switchShape } from "./shapes.ts";
import { inputsOf, pick } from "./state.ts";
import { AS_RELEASED, checkSwitch } from "./switchCheck.ts";
import { forgetOrFail, keepUnseen } from "./unreachable.ts";
import type { Properties, Verbs } from "./verbs.ts";

/** The verbs of a Switch: it moves traffic to a version, verified, or restores what was. */
export const switchVerbs: Verbs = {
  check(olds, news) {
    return guarded(redactor(olds, news), () => checkSwitch(news));
  },
  diff(_id, olds, news) {
    return guarded(redactor(olds, news), async () => diffSwitch(olds, news));
  },
  create(news) {
    return guarded(redactor(news), async () => {
      const inputs = inputsOf(switchShape, news);
      const outs = await change("create", inputs, {}, news, { owner: ownerOf(inputs), takeOver: true });
      return { id: idOf(inputs), outs };
    });
  },
  update(_id, olds, news) {
    return guarded(redactor(olds, news), async () => {
      if (!switchNeedsHost(olds, news)) return { outs: remembered(olds, news) };
      const inputs = inputsOf(switchShape, news);
      const formerId = ownerIdOf(inputsOf(switchShape, olds));
      const context = { owner: ownerOf(inputs), formerId, takeOver: inputs.takeOver };
      return { outs: await change("update", inputs, olds, news, context) };
    });
  },
  read(id, props) {
    const redact = redactor(props);
    return guarded(redact, async () => {
      const seen = await look(inputsOf(switchShape, props), props, reporterFor(props.__urn, redact));
      return { id, props: seen, inputs: pick(seen, SWITCH_INPUTS) };
    });
  },
  delete(_id, props) {
    const redact = redactor(props);
    return guarded(redact, () => leave(inputsOf(switchShape, props), reporterFor(props.__urn, redact)));
  },
};

async function change(
  verb: "create" | "update",
  inputs: SwitchInputs,
  olds: Properties,
  news: Properties,
  context: SwitchContext,
): Promise<Properties> {
  const progress = reporterFor(news.__urn, redactor(olds, news));
  const given = switchPlan(inputs);
  const plan = { ...given, probe: withCertificates(given.probe) };
  const attempt = () =>
    onHost(inputs, verb, progress, async (transport) => {
      const { previousVersion, report, warnings } = await switchTo(transport, plan, context, progress.status);
      warnings.forEach(progress.warn);
      return stripped({
        ...news,
        previousVersion: previousVersion ?? olds.previousVersion,
        report,
        reachable: true,
        hostKeySeen: transport.hostKey,
      });
    });
  try {
    return await withBeforeSteps(plan.beforeSteps, progress, attempt, (use) =>
      // A step has a limit of its own; a switch that was late must be undone all the same.
      onHost({ ...inputs, timeout: {} }, verb, progress, use),
    );
  } catch (error) {
    if (!(error instanceof SiteReleaseError) || error.reason !== RESTORE_FAILED) throw error;
    const lost = "unknown since a restore failed";
    const outs = { ...olds, ...news, liveVersion: lost, include: lost, workers: lost };
    throw new PartialFailure(idOf(inputs), news, stripped(outs), error.message);
  }
}

async function look(inputs: SwitchInputs, props: Properties, report: Reporter): Promise<Properties> {
  const asked = await askHost(inputs, undefined, report, async (transport) => {
    const { liveVersion, include, current, workers, owner } = await observe(
      transport,
      switchPlan(inputs),
      ownerIdOf(inputs),
    );
    return {
      liveVersion: liveVersion ?? "none",
      include: include ?? AS_RELEASED,
      current: current ?? AS_RELEASED,
      workers: workers ?? AS_RELEASED,
      // A state of before there was one stays without.
      ...((owner ?? props.owner) === undefined ? {} : { owner: owner ?? AS_RELEASED }),
      reachable: true,
      hostKeySeen: transport.hostKey,
    };
  });
  return "value" in asked ? stripped({ ...props, ...asked.value }) : keepUnseen(asked, props, inputs, report);
}

/** Traffic stays where it is: only the claim to the site is given up. */
async function leave(inputs: SwitchInputs, report: Reporter): Promise<void> {
  const { deployPath, version, timeout } = inputs;
  const asked = await askHost(inputs, timeout?.delete, report, (transport) =>
    leaveSite(transport, deployPath, ownerIdOf(inputs)),
  );
  if (!("value" in asked)) forgetOrFail(asked, inputs, report);
  else if (asked.value === undefined)
    report.info(`nginx goes on with what it serves of ${deployPath} (last: ${version})`);
  else report.info(`${deployPath} belongs to ${asked.value} now; nothing was changed`);
}
