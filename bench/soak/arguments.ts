/** What a command line of `npm run soak` asks for. */
export interface SoakArguments {
  /** Empty: all. */
  readonly kinds: readonly string[];
  /** Absent: the whole count of each kind. */
  readonly count?: number;
  readonly seed: number;
}

const SEED = 1;

/** Reads it; a text is what is wrong with it. */
export function readArguments(words: readonly string[], known: readonly string[]): SoakArguments | string {
  const kinds: string[] = [];
  const numbers: { count?: number; seed?: number } = {};
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--count" || word === "--seed") {
      const value = words[++at] ?? "";
      if (!/^[1-9]\d{0,8}$/.test(value)) return `${word} wants a whole number from 1 on, not ${JSON.stringify(value)}`;
      numbers[word === "--count" ? "count" : "seed"] = Number(value);
    } else if (known.includes(word)) kinds.push(word);
    else return `there is no ${word}; there is ${known.join(", ")}, --count N and --seed N`;
  }
  return { kinds, seed: SEED, ...numbers };
}
