import { SiteReleaseError } from "../errors.ts";
import type { Session, Transport } from "../transport/transport.ts";

// Node takes a longer time for none (setTimeout).
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Runs `use` within the time that customTimeouts gives, which the engine leaves to us. What still runs then meets the end of its input:
 * a switch restores by itself. As with the engine, 0 is no limit.
 */
export async function within<T>(
  seconds: number | undefined,
  transport: Transport,
  use: (transport: Transport) => Promise<T>,
): Promise<T> {
  if (seconds === undefined || seconds === 0) return use(transport);
  const sessions = new Set<Session>();
  let late = false;
  const timer = setTimeout(
    () => {
      late = true;
      for (const session of sessions) session.close();
    },
    Math.min(seconds * 1000, LONGEST_MS),
  );
  try {
    return await use({
      host: transport.host,
      user: transport.user,
      hostKey: transport.hostKey,
      connect: (address) => (late ? Promise.reject(tooLate(transport, seconds)) : transport.connect(address)),
      async start(command, purpose) {
        if (late) throw tooLate(transport, seconds);
        const session = await transport.start(command, purpose);
        sessions.add(session);
        const forget = () => sessions.delete(session);
        session.ended.then(forget, forget);
        if (late) session.close();
        return session;
      },
    });
  } catch (error) {
    throw late ? tooLate(transport, seconds, error) : error;
  } finally {
    clearTimeout(timer);
  }
}

function tooLate(transport: Transport, seconds: number, cause?: unknown): SiteReleaseError {
  return new SiteReleaseError(
    "timeout",
    {
      action: "finish in time",
      host: transport.host,
      observed: `the work was not done after ${seconds} s`,
      expected: "an end within the time that customTimeouts gives",
      done: "stopped",
      next: "The next `pulumi up` finishes or restores what was begun",
    },
    { cause },
  );
}
