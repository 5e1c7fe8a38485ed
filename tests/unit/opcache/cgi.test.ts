import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cgiParams, parseCgiAnswer } from "../../../provider/opcache/cgi.ts";

describe("cgiParams", () => {
  it("gives what nginx would, and never HTTPS", () => {
    assert.deepEqual(
      cgiParams({
        scriptFilename: "/r/public/index.php",
        scriptName: "/index.php",
        documentRoot: "/r/public",
        method: "POST",
        path: "/up?a=?b",
        host: "example.com",
        port: 80,
        headers: { "X-Trace-Id": "7", "content-type": "text/plain" },
        body: Buffer.from("four"),
        params: { OURS: "1" },
      }),
      {
        GATEWAY_INTERFACE: "CGI/1.1",
        SERVER_SOFTWARE: "pulumi-site-release",
        SERVER_PROTOCOL: "HTTP/1.1",
        SERVER_NAME: "example.com",
        SERVER_PORT: "80",
        SERVER_ADDR: "127.0.0.1",
        REMOTE_ADDR: "127.0.0.1",
        REMOTE_PORT: "0",
        REQUEST_SCHEME: "http",
        REQUEST_METHOD: "POST",
        REQUEST_URI: "/up?a=?b",
        DOCUMENT_URI: "/index.php",
        QUERY_STRING: "a=?b",
        DOCUMENT_ROOT: "/r/public",
        SCRIPT_FILENAME: "/r/public/index.php",
        SCRIPT_NAME: "/index.php",
        CONTENT_LENGTH: "4",
        CONTENT_TYPE: "text/plain",
        REDIRECT_STATUS: "200",
        HTTP_HOST: "example.com",
        HTTP_X_TRACE_ID: "7",
        OURS: "1",
      },
    );
  });
});

describe("parseCgiAnswer", () => {
  it("takes status, headers and body apart", () => {
    const answer = parseCgiAnswer(Buffer.from("Status: 404 Not Found\r\nX-A: b: c\r\nx-a: d\r\n\r\nbody\r\n\r\nmore"));
    assert.deepEqual(answer, {
      status: 404,
      headers: new Map([["x-a", "b: c, d"]]),
      body: Buffer.from("body\r\n\r\nmore"),
    });
  });

  it("takes 200 for no status, and line feeds for line ends", () => {
    assert.deepEqual(parseCgiAnswer(Buffer.from("A: b\n\nbody")), {
      status: 200,
      headers: new Map([["a", "b"]]),
      body: Buffer.from("body"),
    });
  });

  it("refuses what has no headers", () => {
    assert.throws(() => parseCgiAnswer(Buffer.from("hello")), /^Error: the answer has no headers$/);
  });
});
