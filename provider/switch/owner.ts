/** "prod/web (since 2026-11-23T10:31:04Z)" of an owner file's line. */
export function ownerName(line: string): string {
  const field = (key: string) => new RegExp(`"${key}":"([^"]*)"`).exec(line)?.[1] ?? "?";
  return `${field("resource")} of stack ${field("stack")} since ${field("since")}`;
}
