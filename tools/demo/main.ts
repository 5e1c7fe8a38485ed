// npm run demo: versions of a small site come and go under steady load, by real `pulumi up` on a real sshd, nginx and php-fpm.
// --keep leaves the sandbox up afterwards; --picture FILE draws what the requests met.
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { evaluate } from "../../tests/support/load/evaluate.ts";
import { type Load, startLoad } from "../../tests/support/load.ts";
import { startSandbox } from "../../tests/support/sandbox.ts";
import { makeBuilds } from "./builds.ts";
import { writePicture } from "./picture.ts";
import { example, root, runDir } from "./places.ts";
import { brokenPromises, type Performed } from "./promises.ts";
import { takeRunDir } from "./runDir.ts";
import { type Act, acts, opening } from "./scenario.ts";
import { createStack, exportLines, outputs, preview, setVersion, up } from "./stack.ts";
import { resultLines } from "./table.ts";
import { visit } from "./visit.ts";

type Sandbox = Awaited<ReturnType<typeof startSandbox>>;

const CALM = 1500;
const rate = 100;
const connections = 20;

async function main(keep: boolean, picture: string | undefined): Promise<void> {
  takeRunDir(runDir);
  console.log("Starting sshd, nginx and php-fpm on loopback");
  const sandbox = await startSandbox();
  try {
    const kept = await show(sandbox, picture);
    process.exitCode = kept ? 0 : 1;
    if (keep) await play(sandbox);
  } finally {
    await sandbox.close();
  }
}

/** The whole scenario; false if a promise was broken. */
async function show(sandbox: Sandbox, picture: string | undefined): Promise<boolean> {
  const { connection, deployPath, serverName, httpPort, pool, nginx } = sandbox;
  const url = `http://127.0.0.1:${httpPort}/`;
  makeBuilds(
    example,
    [opening, ...acts].map(({ version }) => version),
  );
  await createStack({ connection, deployPath, serverName, port: httpPort, pools: [pool], nginx });

  const first = await perform(opening, url, serverName);
  heading("What version 2 would change (what stays the same is left out here)");
  await setVersion("2");
  await preview();

  heading(
    `${rate} requests a second from now on, over ${connections} kept-alive connections and fresh ones, GET and POST`,
  );
  const load = startLoad({ url, host: serverName, rate, connections });
  load.mark("calm", first.served);
  const performed = [first];
  for (const act of acts) {
    await sleep(CALM);
    performed.push(await perform(act, url, serverName, load));
  }
  await sleep(CALM);
  const samples = await load.record();
  const result = evaluate(samples, load.marks);

  heading(`What the requests of ${result.seconds.toFixed(0)} s met`);
  for (const line of resultLines(performed, result)) console.log(line);
  const broken = brokenPromises(performed, result);
  console.log(broken.length === 0 ? "\nEvery promise was kept." : "\nBroken:");
  for (const sentence of broken) console.log(`  ${sentence}`);
  if (picture !== undefined) await writePicture(resolve(root, picture), { samples, marks: load.marks, result }, acts);
  return broken.length === 0;
}

async function perform(act: Act, url: string, host: string, load?: Load): Promise<Performed> {
  heading(act.title);
  await setVersion(act.version);
  load?.mark(`to ${act.version}`);
  const { code, seconds, stdout, stderr } = await up();
  load?.mark(act.title, act.live);
  const served = await visit(url, host);
  if ((code === 0) !== (act.ending === "live")) console.log(`It ended with ${code}:\n${stdout}${stderr}`);
  const { liveVersion, report } = await outputs();
  const switchSeconds = act.ending === "live" ? report?.switch.seconds : undefined;
  return { act, exitCode: code, seconds, ...(switchSeconds !== undefined && { switchSeconds }), liveVersion, served };
}

/** Leaves the sandbox to a person until Ctrl-C. */
async function play({ httpPort, serverName }: Sandbox): Promise<void> {
  heading("The sandbox stays up until you press Ctrl-C here. In another terminal, in this directory:");
  for (const line of exportLines()) console.log(`  ${line}`);
  console.log(`
  pulumi config set version 2 && pulumi up
  curl -i -H 'Host: ${serverName}' http://127.0.0.1:${httpPort}/

The builds are in examples/demo/builds; copy one to a new name for a version of your own.`);
  await new Promise((resolve) => setTimeout(resolve, 2 ** 31 - 1));
}

function heading(text: string): void {
  console.log(`\n== ${text}`);
}

const { values } = parseArgs({ options: { keep: { type: "boolean", default: false }, picture: { type: "string" } } });

main(values.keep, values.picture).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
