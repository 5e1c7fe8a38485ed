import { accessSync, constants, readdirSync } from "node:fs";
import { join } from "node:path";

/** The servers' programs on this machine; a login shell's PATH often lacks the places of such. */
export interface Servers {
  readonly sshd: string;
  readonly nginx: string;
  readonly phpFpm: string;
}

export function findServers(): Servers {
  const places = [...(process.env.PATH ?? "").split(":"), "/usr/local/sbin", "/usr/sbin", "/sbin"].filter(
    (place) => place !== "",
  );
  const find = (what: string, name: RegExp): string => {
    for (const place of places) {
      const found = namesIn(place).filter((entry) => name.test(entry) && isProgram(join(place, entry)));
      // Debian has PHP's version in the name; the newest one is taken.
      const newest = found.sort((a, b) => b.localeCompare(a, "en", { numeric: true }))[0];
      if (newest !== undefined) return join(place, newest);
    }
    throw new Error(`${what} is not installed; npm run demo and npm test install it or say how`);
  };
  return { sshd: find("sshd", /^sshd$/), nginx: find("nginx", /^nginx$/), phpFpm: find("php-fpm", /^php-fpm[\d.]*$/) };
}

function namesIn(place: string): string[] {
  try {
    return readdirSync(place);
  } catch {
    return []; // PATH may name what is not there
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
