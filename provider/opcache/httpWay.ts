import { SiteReleaseError } from "../errors.ts";
import { askHttp } from "../transport/http.ts";
import type { Transport } from "../transport/transport.ts";
import { type OpcacheWay, replied } from "./way.ts";

/** Through the host's own web server: a localhost-only server block that runs host/opcache.php, or one that only resets. */
export function httpWay(transport: Transport, url: string, headers: Readonly<Record<string, string>>): OpcacheWay {
  return {
    place: url,
    ask: (question, seconds) =>
      replied(question, async (asked) => {
        const { protocol, hostname, port, host, pathname, search } = new URL(url);
        if (protocol !== "http:" && protocol !== "https:") throw new Error("the URL is neither http nor https");
        const scheme = protocol === "https:" ? "https" : "http";
        const late = AbortSignal.timeout(Math.max(1, Math.round(seconds * 1000)));
        const request = {
          scheme,
          address: hostname.replace(/^\[|\]$/g, ""),
          port: port === "" ? (scheme === "https" ? 443 : 80) : Number(port),
          host,
          method: "POST",
          path: `${pathname}${search}`,
          headers: { ...headers, "Content-Type": "application/json" },
          body: JSON.stringify(asked),
        } as const;
        return askHttp(transport, request, late).catch((error: unknown) => {
          if (!late.aborted) throw error;
          const observed = `no answer within ${Math.round(seconds)} s`;
          throw new SiteReleaseError("php-timeout", { action: `ask ${url}`, host: transport.host, observed });
        });
      }),
  };
}
