/** The key itself of an authorized_keys line, without its type and comment; absent when the line has none. */
export function keyBlob(line: string): string | undefined {
  const [type = "", blob = ""] = line.trim().split(/\s+/);
  const bytes = Buffer.from(blob, "base64");
  if (bytes.length < 4 || bytes.toString("base64").replace(/=+$/, "") !== blob.replace(/=+$/, "")) return undefined;
  // RFC 4253 6.6: a key blob starts with its own type, as a string with its length before it.
  return bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString("latin1") === type ? blob : undefined;
}
