import { randomBytes } from "node:crypto";
import { SiteReleaseError } from "../errors.ts";
import { excerpt } from "../excerpt.ts";
import { pageText } from "../pageText.ts";
import { isBareReset, type OpcacheAnswer, type OpcacheQuestion, parseAnswer } from "./answer.ts";

/** What came back: the status script's answer, the bare endpoint's reset, or neither. */
export type Reply =
  | { readonly kind: "answer"; readonly answer: OpcacheAnswer }
  | { readonly kind: "bare-reset" }
  | {
      readonly kind: "failed";
      readonly why: string;
      /** Whether the time ran out: another try would meet the same. */
      readonly late?: true;
    };

/** One way into the opcache of one php-fpm master. */
export interface OpcacheWay {
  /** The pool or the URL. */
  readonly place: string;
  /** Asks once, and waits so many seconds at most. Never rejects. */
  ask(question: OpcacheQuestion, seconds: number): Promise<Reply>;
}

/** What a way hands over, as text. */
interface Heard {
  readonly status: number;
  readonly body: string;
  /** What PHP itself had to say. */
  readonly said?: string;
}

const LONGEST_SHOWN = 200;

/** A failed clear is no failed switch: whatever happens becomes words. */
export async function replied(
  question: OpcacheQuestion,
  ask: (question: OpcacheQuestion & { readonly nonce: string }) => Promise<Heard>,
): Promise<Reply> {
  const nonce = randomBytes(9).toString("hex");
  try {
    const { status, body, said } = await ask({ ...question, nonce });
    const answer = parseAnswer(body, nonce);
    if (status === 200 && answer !== undefined) return { kind: "answer", answer };
    if (status === 200 && isBareReset(body)) return { kind: "bare-reset" };
    const words = said === undefined || said === "" ? pageText(body, LONGEST_SHOWN) : excerpt(said, LONGEST_SHOWN);
    return { kind: "failed", why: `answered ${status}: ${words}` };
  } catch (error) {
    if (error instanceof SiteReleaseError) {
      const { observed, next } = error.failure;
      const why = next === undefined ? observed : `${observed}. ${next}`;
      return { kind: "failed", why, ...(error.reason === "php-timeout" && { late: true as const }) };
    }
    return { kind: "failed", why: error instanceof Error ? error.message : String(error) };
  }
}
