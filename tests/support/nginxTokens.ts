/** The words of an nginx configuration as nginx reads them (ngx_conf_read_token): quoted ones without their quotes, comments left out. */
export function nginxTokens(text: string): string[] {
  const tokens: string[] = [];
  const rest = /\s+|#[^\n]*|([;{}])|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|((?:\\.|\$\{|[^\s;{\\])+)/gsy;
  while (rest.lastIndex < text.length) {
    const match = rest.exec(text);
    if (match === null) throw new Error("a configuration that nginx cannot read");
    const [, mark, double, single, word] = match;
    const token = mark ?? double ?? single ?? word;
    if (token !== undefined) tokens.push(token);
  }
  return tokens;
}
