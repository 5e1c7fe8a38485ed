import assert from "node:assert/strict";
import { once } from "node:events";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { type Answer, converse, type Listener } from "../../../provider/transport/conversation.ts";
import { failureOf } from "../../support/failure.ts";
import { type HostSide, lyingHost } from "../../support/lyingHost.ts";

function talk(behave: (host: HostSide) => Promise<void>, listener: Listener = {}): Promise<Answer> {
  return converse(lyingHost(behave), "true", {}, listener);
}

/** Lets everything happen that waits for nothing, then lets the time pass. */
async function pass(seconds: number): Promise<void> {
  for (let round = 0; round < 20; round++) await turn();
  mock.timers.tick(seconds * 1000);
  for (let round = 0; round < 20; round++) await turn();
}

const silence = async (): Promise<void> => {};

describe("A conversation with a host", { timeout: 20_000 }, () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  test("that falls silent ends when its time is over", async () => {
    const failure = failureOf(talk((host) => host.say("step one"), { patience: 100 }));
    await pass(99);
    await pass(1);
    const { message } = await failure;
    assert.equal(
      message,
      "Cannot run a script of this package on web1: it has said nothing for 100 s, expected its next word; the script's input was ended, at which it restores what it has begun. See what hangs there (ps -ef --forest; a disk or a network file system that does not answer), and run it again",
    );
  });

  test("that is never silent for so long does not", async () => {
    let over = false;
    const behave = async (host: HostSide) => {
      for (const step of ["one", "two", "three"]) {
        await host.say(`step ${step}`);
        await pass(90);
      }
      over = true;
      await host.say("done fine");
      host.end();
    };
    assert.equal((await talk(behave, { patience: 100 })).outcome, "fine");
    assert.ok(over);
  });

  test("that waits for our answer is not silent", async () => {
    const ask = async () => {
      await pass(1000);
      return "word";
    };
    const behave = async (host: HostSide) => {
      await host.say("ask word");
      await pass(0);
      await host.say("done fine");
      host.end();
    };
    assert.equal((await talk(behave, { ask, patience: 100 })).outcome, "fine");
  });

  test("that takes what is sent, if slowly, is not silent", async () => {
    const payload: Listener["payload"] = async (stdin) => {
      for (let piece = 0; piece < 5; piece++) if (!stdin.write(Buffer.alloc(100_000))) await once(stdin, "drain");
    };
    const behave = async (host: HostSide) => {
      host.hold();
      for (let piece = 0; piece < 5; piece++) {
        await pass(90);
        host.take();
      }
      await host.say("done fine");
      host.end();
    };
    assert.equal((await talk(behave, { payload, patience: 100 })).outcome, "fine");
  });

  test("that takes nothing more ends when its time is over", async () => {
    const payload: Listener["payload"] = async (stdin) => {
      stdin.write(Buffer.alloc(100_000));
      await once(stdin, "drain");
    };
    const failure = failureOf(talk(async (host) => host.hold(), { payload, patience: 100 }));
    await pass(100);
    assert.equal((await failure).reason, "script-hangs");
  });

  test("that may be silent for longer than a timer can count is waited for", async () => {
    let over = false;
    const failure = failureOf(talk(silence, { patience: 1e9 })).finally(() => {
      over = true;
    });
    await pass(1e6);
    assert.equal(over, false);
    await pass(2e6);
    assert.equal((await failure).reason, "script-hangs");
  });

  test("whose output ends and whose command does not ends without a word", async () => {
    const failure = failureOf(talk(async (host) => host.close("stdout")));
    await pass(5);
    assert.equal((await failure).failure.observed, "it ended without a word (exit code unknown)");
  });

  test("whose command leaves its standard error open ends without a word", async () => {
    const output = (): void => {};
    const behave = async (host: HostSide) => {
      host.close("stdout");
      await host.write("noise\u001b[2J", "stderr");
    };
    const failure = failureOf(talk(behave, { output }));
    await pass(5);
    assert.equal((await failure).failure.observed, "it ended without a word (exit code unknown), and wrote: noise?[2J");
  });

  test("that asks while its question is open gets one answer, and no more", async () => {
    let asked = 0;
    const ask = async () => {
      asked += 1;
      await turn();
      return "word";
    };
    const behave = async (host: HostSide) => {
      await host.write(`${host.marker} ask word\n`.repeat(1000));
    };
    const error = await failureOf(talk(behave, { ask }));
    assert.deepEqual([error.reason, error.failure.observed], ["script-garbled", "it asks without end"]);
    assert.equal(asked, 1);
  });

  test("that asks where nothing is to be asked is left", async () => {
    const error = await failureOf(talk((host) => host.say("ask word")));
    assert.deepEqual([error.reason, error.failure.observed], ["script-garbled", "it asks what is not its to ask"]);
  });

  test("that never has enough answers is left", async () => {
    let asked = 0;
    const ask = async () => {
      asked += 1;
      return "word";
    };
    const behave = async (host: HostSide) => {
      for (let count = 0; count < 100; count++) {
        await host.say("ask word");
        await turn();
      }
    };
    assert.equal((await failureOf(talk(behave, { ask }))).reason, "script-garbled");
    assert.equal(asked, 10);
  });
});
