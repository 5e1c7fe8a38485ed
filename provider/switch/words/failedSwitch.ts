import type { Failure } from "../../errors.ts";
import type { Answer } from "../../transport/conversation.ts";
import type { SwitchPlan } from "../plan.ts";

/** What a failure is told about. */
export interface FailedSwitch {
  readonly plan: SwitchPlan;
  readonly answer: Answer;
  readonly host: string;
  /** The login name there. */
  readonly user: string;
  /** What the client's own smoke or probe saw. */
  readonly seen?: Pick<Failure, "observed" | "expected" | "next">;
}

/** A failure in words, without what was done about it. */
export type Words = Pick<Failure, "observed" | "expected" | "next">;

/** By reason: what the host's detail, and what nginx or sudo said last, come to. */
export type WordsOf = Readonly<Record<string, (failed: FailedSwitch, detail: string, said: string) => Words>>;
