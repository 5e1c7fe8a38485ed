import { pageText } from "../pageText.ts";

/** An answer in words, as in "500: Server Error" or "502 Bad Gateway | nginx/1.26.3"; empty without a body, since whoever judges it tells the status. */
export function lastAnswer(status: number, body: string, longest?: number): string {
  const text = pageText(body, longest).trim();
  return text === "" || text.startsWith(String(status)) ? text : `${status}: ${text}`;
}

/** What was observed, and in brackets the words that came with it and are not told yet. */
export function withWords(observed: string, words: readonly string[]): string {
  const more = words.filter((each) => each !== "" && !observed.includes(each));
  return more.length === 0 ? observed : `${observed} (${more.join("; ")})`;
}
