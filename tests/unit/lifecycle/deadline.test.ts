import { equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { within } from "../../../provider/lifecycle/deadline.ts";
import { localTransport } from "../../../provider/transport/local.ts";

test("Work that ends in time is left alone", async () => {
  const exit = await within(30, localTransport(), async (host) => (await host.start("exit 3")).ended);
  equal(exit.code, 3);
});

test("Work that takes too long meets the end of its input, and starts nothing more", async () => {
  let started = 0;
  const work = within(0.2, localTransport(), async (host) => {
    const session = await host.start("cat; exit 4");
    started++;
    session.stdout.resume();
    await session.ended.catch(() => undefined);
    await host.start("true");
    started++;
  });
  await rejects(work, {
    message:
      "Cannot finish in time on this host: the work was not done after 0.2 s, expected an end within the time that customTimeouts gives; stopped. The next `pulumi up` finishes or restores what was begun",
  });
  equal(started, 1);
});

test("A time that is longer than a timer can count is not over at once, and 0 is no limit", async () => {
  for (const seconds of [36e6, Number.POSITIVE_INFINITY, 0]) {
    const exit = await within(seconds, localTransport(), async (host) => (await host.start("sleep 0.1; exit 3")).ended);
    equal(exit.code, 3, String(seconds));
  }
});
