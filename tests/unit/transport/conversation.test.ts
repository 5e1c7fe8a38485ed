import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, test } from "node:test";
import { type Answer, converse, type Listener } from "../../../provider/transport/conversation.ts";
import { localTransport } from "../../../provider/transport/local.ts";
import type { Transport } from "../../../provider/transport/transport.ts";
import { failureOf } from "../../support/failure.ts";

const protocol = readFileSync(join(__dirname, "../../../../provider/host/protocol.sh"), "utf8");

/** Holds a conversation with a real script on this machine. */
function talk(script: string, listener: Listener = {}, transport: Transport = localTransport()): Promise<Answer> {
  return converse(transport, `${protocol}\n${script}`, {}, listener);
}

/** A host whose login shell prints before it runs anything. */
function chatty(words: string): Transport {
  const transport = localTransport();
  return { ...transport, start: (command) => transport.start(`printf '%b' '${words}'; ${command}`) };
}

const never = new Promise<never>(() => {});

describe("a conversation", { timeout: 30_000 }, () => {
  test("brings the outcome, facts and texts, and tells each step", async () => {
    const steps: string[] = [];
    const script = `step one; fact path '/a b  c'; printf 'x\\n\\n  y z' | text list; step two 'in detail'; succeed fine`;
    const answer = await talk(script, { step: (name, detail) => steps.push(`${name}:${detail}`) });
    assert.deepEqual(answer, {
      outcome: "fine",
      facts: new Map([["path", "/a b  c"]]),
      texts: new Map([["list", ["x", "", "  y z"]]]),
    });
    assert.deepEqual(steps, ["one:", "two:in detail"]);
  });

  test("brings the reason of a failure, free of what steers a terminal", async () => {
    const answer = await talk(`fail disk-full "no space: $(printf '\\033[2J')left"`);
    assert.deepEqual(answer.failure, { reason: "disk-full", detail: "no space: ?[2Jleft" });
  });

  test("hears steps, facts, texts and reasons free of what steers a terminal", async () => {
    const [esc, csi] = ["$(printf '\\033')", "$(printf '\\302\\233')"];
    const steps: string[] = [];
    const script = `step "a${esc}" "b${csi}"; fact c "d${esc}"; printf 'e\\033\\tf\\r\\n' | text g; fail "h${esc}" "i${csi}"`;
    const answer = await talk(script, { step: (name, detail) => steps.push(`${name}:${detail}`) });
    assert.deepEqual(steps, ["a?:b?"]);
    assert.deepEqual(answer, {
      failure: { reason: "h?", detail: "i?" },
      facts: new Map([["c", "d?"]]),
      texts: new Map([["g", ["e?\tf?"]]]),
    });
  });

  test("does not hear what a start-up file prints, even without a line end", async () => {
    const answer = await talk("fact a 1; succeed fine", {}, chatty("done fake\\nWelcome, no line end: "));
    assert.deepEqual([answer.outcome, answer.facts.get("a")], ["fine", "1"]);
  });

  test("answers what the script asks", async () => {
    const script = `fact n 1; say ask number; read -r a; say ask word; read -r b; fact sum "$a$b"; succeed fine`;
    const asked: string[] = [];
    const ask: Listener["ask"] = async (name, said) => {
      asked.push(`${name} ${said.facts.get("n")}`);
      return name === "number" ? "4" : "two";
    };
    assert.equal((await talk(script, { ask })).facts.get("sum"), "4two");
    assert.deepEqual(asked, ["number 1", "word 1"]);
  });

  test("ends when the script's patience does, and tells who still works on an answer", async () => {
    let over: AbortSignal | undefined;
    const ask: Listener["ask"] = (_name, _said, signal) => {
      over = signal;
      return never;
    };
    const answer = await talk("say ask number; sleep 0.2; fail no-answer 'nobody answered'", { ask });
    assert.deepEqual(answer.failure, { reason: "no-answer", detail: "nobody answered" });
    assert.equal(over?.aborted, true);
  });

  test("breaks off with the error of who should answer", async () => {
    const ask = (): Promise<string> => Promise.reject(new Error("the probe is broken"));
    await assert.rejects(talk("say ask number; read -r a; sleep 20", { ask }), new Error("the probe is broken"));
  });

  test("breaks off by its signal, with the signal's reason", async () => {
    const signal = AbortSignal.timeout(200);
    await assert.rejects(talk("sleep 20", { signal }), { name: "TimeoutError" });
  });

  test("sends a payload, and gives a script without one no input to wait for", async () => {
    const payload: Listener["payload"] = (stdin) => pipeline(Readable.from([Buffer.alloc(300_000)]), stdin);
    assert.equal(
      (await talk(`fact bytes "$(wc -c | tr -d ' ')"; succeed fine`, { payload })).facts.get("bytes"),
      "300000",
    );
    assert.equal((await talk(`fact bytes "$(wc -c | tr -d ' ')"; succeed fine`)).facts.get("bytes"), "0");
  });

  test("hears why a script stopped reading its payload", async () => {
    const payload: Listener["payload"] = (stdin) => pipeline(Readable.from([Buffer.alloc(9_000_000)]), stdin);
    const answer = await talk("head -c 10 >/dev/null; fail disk-full 'no space'", { payload });
    assert.deepEqual(answer.failure, { reason: "disk-full", detail: "no space" });
  });

  test("fails with the payload's own error when its source breaks", async () => {
    const source = async function* () {
      yield Buffer.alloc(100);
      throw new Error("the archive is cut off");
    };
    const payload: Listener["payload"] = (stdin) => pipeline(source, stdin);
    await assert.rejects(talk("wc -c >/dev/null; sleep 20", { payload }), new Error("the archive is cut off"));
  });

  test("that ends without a word tells how, and what was written beside it", async () => {
    const error = await failureOf(talk("printf 'no such \\033[1mtool' >&2; exit 127"));
    assert.equal(error.reason, "script-silent");
    assert.equal(
      error.message,
      "Cannot run a script of this package on this host: it ended without a word (exit code 127), and wrote: no such ?[1mtool, expected a POSIX shell as /bin/sh, with coreutils and gzip",
    );
    assert.equal((await failureOf(talk("kill -9 $$"))).failure.observed, "it ended without a word (signal SIGKILL)");
  });

  test("with a host that floods is cut off", async () => {
    const error = await failureOf(talk("head -c 200000 /dev/zero; sleep 20"));
    assert.equal(error.reason, "script-floods");
    assert.equal(error.failure.observed, "it says more than a script of this package ever would");
  });

  test("does not wait for what a finished script left running", async () => {
    const start = Date.now();
    assert.equal((await talk("sleep 15 & succeed fine")).outcome, "fine");
    assert.ok(Date.now() - start < 10_000);
  });
});
