import { type Reporter, reporterFor } from "../progress.ts";
import { inspectRelease } from "../release/inspect.ts";
import { removeReleases } from "../release/remove.ts";
import { readSource, stageRelease } from "../release/stage.ts";
import type { Transport } from "../transport/transport.ts";
import { guarded } from "./boundary.ts";
import { remembered, stripped } from "./check.ts";
import { includePathOf } from "./complete.ts";
import { diffRelease, RELEASE_INPUTS, releaseNeedsHost } from "./diff.ts";
import { goingOn } from "./goingOn.ts";
import { askHost, onHost } from "./host.ts";
import { idOf } from "./identity.ts";
import { ownerIdOf, ownerOf } from "./owner.ts";
import { releasePlan } from "./plans.ts";
import { checkRelease } from "./releaseCheck.ts";
import { redactor } from "./secrets.ts";
import { type ReleaseInputs, releaseShape } from "./shapes.ts";
import { inputsOf, pick } from "./state.ts";
import { forgetOrFail, keepUnseen } from "./unreachable.ts";
import type { Properties, Verbs } from "./verbs.ts";

// The state has it once, among the inputs: `read` and `delete` would get it back without its content.
const NO_ARCHIVE = { archive: undefined };

/** The verbs of a Release: it puts `releases/<version>` on the host, and never touches traffic. */
export const release: Verbs = {
  check(olds, news) {
    return guarded(redactor(olds, news), () => checkRelease(olds, news));
  },
  diff(_id, olds, news) {
    return guarded(redactor(olds, news), async () => diffRelease(olds, news));
  },
  create(news) {
    return guarded(redactor(news), async () => {
      const inputs = inputsOf(releaseShape, news);
      return { id: idOf(inputs), outs: await stage("create", inputs, news, [ownerOf(inputs).id]) };
    });
  },
  update(_id, olds, news) {
    return guarded(redactor(olds, news), async () => {
      if (!releaseNeedsHost(olds, news)) return { outs: remembered(olds, { ...news, ...NO_ARCHIVE }) };
      const inputs = inputsOf(releaseShape, news);
      const ownerIds = [ownerOf(inputs).id, ownerIdOf(inputsOf(releaseShape, olds))];
      return { outs: await stage("update", inputs, news, ownerIds) };
    });
  },
  read(id, props) {
    const redact = redactor(props);
    return guarded(redact, async () => {
      const seen = await inspect(inputsOf(releaseShape, props), props, reporter(props, redact));
      return { id, props: seen, inputs: pick(seen, RELEASE_INPUTS) };
    });
  },
  delete(_id, props) {
    const redact = redactor(props);
    return guarded(redact, () => remove(inputsOf(releaseShape, props), reporter(props, redact)));
  },
};

async function stage(
  verb: "create" | "update",
  inputs: ReleaseInputs,
  news: Properties,
  ownerIds: readonly string[],
): Promise<Properties> {
  const report = reporter(news, redactor(news));
  const plan = releasePlan(inputs, news.sourceDigest, ownerIds);
  const reading = readSource(plan);
  reading.catch(() => {}); // a host that cannot be reached is told first
  const work = async (transport: Transport): Promise<Properties> => {
    const staged = await stageRelease(transport, plan, report.status, reading);
    const { status, files, bytes, sentBytes, pruned, seconds, releaseDir, releaseState, releaseDigest } = staged;
    staged.warnings.forEach(report.warn);
    return stripped({
      ...news,
      ...NO_ARCHIVE,
      releaseDir,
      releaseState,
      releaseDigest,
      report: { status, files, bytes, sentBytes, pruned, seconds },
      reachable: true,
      hostKeySeen: transport.hostKey,
    });
  };
  return goingOn(inputs.timeout?.[verb], report, (seconds) =>
    onHost({ ...inputs, timeout: seconds === undefined ? {} : { [verb]: seconds } }, verb, report, work),
  );
}

async function inspect(inputs: ReleaseInputs, props: Properties, report: Reporter): Promise<Properties> {
  const asked = await askHost(inputs, undefined, report, async (transport) => {
    const { state, digest } = await inspectRelease(transport, inputs);
    return {
      releaseState: state,
      releaseDigest: digest ?? props.releaseDigest,
      reachable: true,
      hostKeySeen: transport.hostKey,
    };
  });
  return "value" in asked ? stripped({ ...props, ...asked.value }) : keepUnseen(asked, props, inputs, report);
}

async function remove(inputs: ReleaseInputs, report: Reporter): Promise<void> {
  const { deployPath, timeout, deleteReleases } = inputs;
  if (!deleteReleases) {
    report.info(
      `${deployPath} stays as it is on the host, releases and shared files too: they are removed by hand, if at all`,
    );
    return;
  }
  const ownerIds = [ownerIdOf(inputs)];
  const removal = { deployPath, includePath: includePathOf(inputs), ownerIds };
  const asked = await askHost(inputs, timeout?.delete, report, (transport) => removeReleases(transport, removal));
  if ("value" in asked) {
    const { removed, stays } = asked.value;
    if (removed.length > 0) report.info(`Removed from ${deployPath}/releases: ${removed.join(", ")}`);
    for (const what of stays) report.info(`Stays on the host: ${what}`);
    report.info(`What is left is removed by hand, if at all: ${deployPath} on the host, with shared/ in it`);
  } else forgetOrFail(asked, inputs, report);
}

function reporter(properties: Properties, redact: (text: string) => string): Reporter {
  return reporterFor(properties.__urn, redact);
}
