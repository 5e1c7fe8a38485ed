import { request } from "node:http";

/** The version that one request over a fresh connection meets; undefined when it meets none. */
export function visit(url: string, host: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const visiting = request(url, { agent: false, headers: { Host: host }, timeout: 10_000 }, (response) => {
      response.resume();
      const version = response.headers["x-version"];
      resolve(response.statusCode === 200 && typeof version === "string" ? version : undefined);
    });
    visiting.once("timeout", () => visiting.destroy(new Error(`${url} did not answer in 10 s`)));
    visiting.once("error", reject);
    visiting.end();
  });
}
