/** Of what a command of the host's said: nginx and sudo say what matters last, and nginx's own warnings come first. */
export function wordsThatMatter(lines: readonly string[]): string {
  const alarms = lines.filter((line) => /\[(emerg|alert|crit)\]/.test(line));
  return (alarms.length > 0 ? alarms : lines.slice(-3))
    .join("; ")
    .replace(/[^\x20-\x7e]/g, "?")
    .slice(0, 500);
}

type Refusal = "sudo" | "stopped";

/** sudo 1.9 and systemctl 252–257: exit code 1 means each of these, so their words tell them apart. */
export function refusal(said: string): Refusal | undefined {
  if (/a password is required|a terminal is required|not allowed to execute|not in the sudoers/.test(said))
    return "sudo";
  if (/is not active, cannot reload/.test(said)) return "stopped";
  return undefined;
}
