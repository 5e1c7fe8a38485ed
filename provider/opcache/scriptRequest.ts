import type { PhpRequest } from "./cgi.ts";

/** The request that has a pool run host/opcache.php. */
export function scriptRequest(scriptFilename: string, body: string): PhpRequest {
  return {
    scriptFilename,
    scriptName: "/opcache.php",
    documentRoot: scriptFilename.slice(0, scriptFilename.lastIndexOf("/")),
    method: "POST",
    path: "/opcache.php",
    host: "localhost",
    port: 80,
    headers: { "Content-Type": "application/json" },
    body: Buffer.from(body),
    params: { SITE_RELEASE_OPCACHE: "1" },
  };
}
