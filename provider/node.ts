/** The oldest Node.js that has all that is used, as package.json's `engines` says. */
export const OLDEST_NODE = "22.18";

/** What is wrong with a Node.js of this version; nothing with one that is new enough. */
export function nodeFault(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split(".").map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `pulumi-site-release needs Node.js ${OLDEST_NODE} or later, and this program runs by ${version}: put a newer one first on PATH`;
}
