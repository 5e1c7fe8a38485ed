/** What is made from the source has its place in a page between two comments that name it. */
export function withSection(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}: made by npm run docs -->\n\n`, `\n\n<!-- /${name} -->`];
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`the page has no place for "${name}"`);
  return `${page.slice(0, from + begin.length)}${text}${page.slice(to)}`;
}
