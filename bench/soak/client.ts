// The client of a faulted switch, in a process of its own, so that it can be killed: one switch after the other, as its parent asks.
import { SwitchError } from "../../provider/switch/result.ts";
import { switchTo } from "../../provider/switch/switch.ts";
import { openSsh } from "../../provider/transport/openSsh.ts";
import type { ClientAsk, ClientWord } from "./clientWords.ts";

process.on("message", (asked: ClientAsk) => {
  void work(asked).then(say);
});
// Its parent has ended, however that was.
process.on("disconnect", () => process.exit());

async function work({ id, connection, plan, context }: ClientAsk): Promise<ClientWord> {
  try {
    const transport = await openSsh(connection, () => {});
    try {
      const { report, warnings } = await switchTo(transport, plan, context, (step) => say({ id, step }));
      return { id, ended: { status: report.status, warnings } };
    } finally {
      transport.close();
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { id, ended: { message, restored: error instanceof SwitchError && error.restored } };
  }
}

function say(word: ClientWord): void {
  process.send?.(word, () => {}); // where nobody listens any more, nothing is to be said
}
