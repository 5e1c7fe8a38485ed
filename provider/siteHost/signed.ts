import { createHash } from "node:crypto";

/** A text that tells whether it was edited: its first line, a comment, has the sha256 of what follows (host/siteHost/ours.sh). */
export function signed(text: string, comment: "#" | ";"): string {
  const digest = createHash("sha256").update(text).digest("hex");
  return `${comment} Made by pulumi-site-release, and left alone once it is edited; sha256 of what follows: ${digest}\n${text}`;
}
