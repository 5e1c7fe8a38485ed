/** "prod/web (since 2026-11-23T10:31:04Z)" of an owner file's line. */
export function ownerName(line: string): string {
  const named = (key: string) => field(line, key) ?? "?";
  return `${named("resource")} of stack ${named("stack")} since ${named("since")}`;
}

/** The id in an owner file's line. */
export function ownerId(line: string): string | undefined {
  return field(line, "id");
}

function field(line: string, key: string): string | undefined {
  return new RegExp(`"${key}":"([^"]*)"`).exec(line)?.[1];
}
