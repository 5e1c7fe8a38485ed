import { needs } from "../needs.ts";
import type { Answer } from "../transport/conversation.ts";
import type { FailedSwitch, Words, WordsOf } from "./words/failedSwitch.ts";
import { nginxWords, stopped } from "./words/nginx.ts";
import { releaseWords } from "./words/release.ts";
import { refusal, wordsThatMatter } from "./words/said.ts";
import { siteWords } from "./words/site.ts";

/** Why the host ended a switch, and the reason to branch on. */
export function explain(failed: FailedSwitch): Words & { readonly reason: string } {
  const { reason, detail } = failed.answer.failure ?? { reason: "unexpected", detail: "" };
  const said = lastWords(failed.answer, reason);
  switch (refusal(said)) {
    case "sudo":
      return { ...withoutRight(failed, detail), reason: "no-sudo-right" };
    case "stopped":
      return { ...stopped(failed), reason };
    default:
      return { ...(words.get(reason)?.(failed, detail, said) ?? unknown(failed, reason, detail)), reason };
  }
}

const interruptedWords: WordsOf = {
  unrecovered: (_, detail) => ({ observed: `an interrupted switch to ${detail} could not be restored` }),
  signalled: interrupted,
  "client-gone": interrupted,
};

const words = new Map(Object.entries({ ...releaseWords, ...siteWords, ...nginxWords, ...interruptedWords }));

/** The reasons of the host's scripts that have words of their own. */
export const reasons: readonly string[] = [...words.keys()];

function interrupted(_: FailedSwitch, detail: string): Words {
  return { observed: `it was interrupted (${detail})`, next: 'Run "pulumi up" again' };
}

function unknown({ plan }: FailedSwitch, reason: string, detail: string): Words {
  return { observed: `the host's script ended with ${reason} ${detail}`.trim(), expected: `${plan.version} live` };
}

function withoutRight({ user }: FailedSwitch, command: string): Words {
  return {
    observed: `${user} may not run "${command}" without a password`,
    expected: "the two sudo rights of the site's user",
    next: needs.sudo.grant(user),
  };
}

const texts: ReadonlyMap<string, string> = new Map([
  ["test-red-before", "nginx-test"],
  ["test-red-after", "nginx-test"],
  ["reload-refused", "reload"],
]);

function lastWords(answer: Answer, reason: string): string {
  return wordsThatMatter(answer.texts.get(texts.get(reason) ?? "") ?? []);
}
