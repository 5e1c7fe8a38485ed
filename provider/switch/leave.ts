import { SiteReleaseError } from "../errors.ts";
import { converse } from "../transport/conversation.ts";
import { hostScript } from "../transport/script.ts";
import { PATIENCE } from "../transport/talk.ts";
import type { Transport } from "../transport/transport.ts";
import { newRun, runInputs } from "./inputs.ts";
import { ownerName } from "./owner.ts";

const LOCK_SECONDS = 300;

/** Gives the site up on its host if the owner with this id has it, and leaves traffic alone. Tells the other owner that has it, in words. */
export async function leaveSite(transport: Transport, deployPath: string, id: string): Promise<string | undefined> {
  const inputs = { ...runInputs(newRun(), deployPath, [id]), lock_timeout: String(LOCK_SECONDS) };
  const answer = await converse(transport, hostScript("leave"), inputs, {
    outcomes: ["absent", "owned-by-another", "left"],
    patience: PATIENCE + LOCK_SECONDS,
  });
  if (answer.failure !== undefined) {
    throw new SiteReleaseError(answer.failure.reason, {
      action: `give up the site in ${deployPath}`,
      host: transport.host,
      observed: `${answer.failure.reason} ${answer.failure.detail}`.trim(),
      expected: "its owner file removed",
    });
  }
  return answer.outcome === "owned-by-another" ? ownerName(answer.facts.get("owner") ?? "") : undefined;
}
