/** Seconds since 1970 as the journal writes times: "2026-11-23T10:31:04Z". */
export function timeOf(seconds: string): string {
  return /^\d{1,12}$/.test(seconds) ? `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}Z` : "?";
}

/** "2026-11-23 10:31:04Z" of a journal's time. */
export function shown(time: string): string {
  return time.replace("T", " ");
}

/** How long ago, as in "3 min", "2 h" or "5 days"; empty where it cannot be said. */
export function age(time: string, now: string): string {
  const seconds = Math.max(0, (Date.parse(now) - Date.parse(time)) / 1000);
  if (Number.isNaN(seconds)) return "";
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
