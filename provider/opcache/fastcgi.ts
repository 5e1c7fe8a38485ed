// The record coding of FastCGI 1.0 (the specification's §3 and §5): pure, and all of it that a client needs.

const VERSION = 1;
const HEADER = 8;
const LONGEST_CONTENT = 65_535;
// php-fpm serves one request a connection at a time, so every request has the same id.
const REQUEST_ID = 1;
const BEGIN_REQUEST = 1;
const END_REQUEST = 3;
const PARAMS = 4;
const STDIN = 5;
const STDOUT = 6;
const STDERR = 7;
const ROLE_RESPONDER = 1;

/** What a FastCGI server says: a piece of one of its two streams, or how the request ended. */
export type FastCgiEvent =
  | { readonly kind: "stdout"; readonly content: Buffer }
  | { readonly kind: "stderr"; readonly content: Buffer }
  | { readonly kind: "end"; readonly appStatus: number; readonly protocolStatus: number };

/** The whole request as bytes; the server closes the connection after its answer. */
export function encodeRequest(params: Readonly<Record<string, string>>, body: Buffer): Buffer {
  const begin = Buffer.from([0, ROLE_RESPONDER, 0, 0, 0, 0, 0, 0]);
  const pairs = Buffer.concat(Object.entries(params).map(([name, value]) => encodePair(name, value)));
  return Buffer.concat([record(BEGIN_REQUEST, begin), ...stream(PARAMS, pairs), ...stream(STDIN, body)]);
}

/** Takes the answer's bytes in pieces of any size. */
export interface AnswerDecoder {
  /** What the bytes so far complete; throws when they are not FastCGI. */
  push(chunk: Buffer): FastCgiEvent[];
}

export function answerDecoder(): AnswerDecoder {
  let rest: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const events: FastCgiEvent[] = [];
      while (rest.length > 0) {
        if (rest[0] !== VERSION) throw new Error("the answer is not FastCGI");
        if (rest.length < HEADER) break;
        const contentEnd = HEADER + rest.readUInt16BE(4);
        const end = contentEnd + rest.readUInt8(6);
        if (rest.length < end) break;
        const event = decoded(rest.readUInt8(1), rest.subarray(HEADER, contentEnd));
        if (event !== undefined) events.push(event);
        rest = rest.subarray(end);
      }
      return events;
    },
  };
}

function decoded(type: number, content: Buffer): FastCgiEvent | undefined {
  // A stream's end is a record without content; END_REQUEST says the same of both.
  if (type === STDOUT || type === STDERR)
    return content.length === 0 ? undefined : { kind: type === STDOUT ? "stdout" : "stderr", content };
  if (type !== END_REQUEST) return undefined;
  if (content.length < 5) throw new Error("the answer is not FastCGI");
  return { kind: "end", appStatus: content.readUInt32BE(0), protocolStatus: content.readUInt8(4) };
}

function record(type: number, content: Buffer): Buffer {
  const header = Buffer.from([VERSION, type, 0, REQUEST_ID, 0, 0, 0, 0]);
  header.writeUInt16BE(content.length, 4);
  return Buffer.concat([header, content]);
}

function stream(type: number, content: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let start = 0; start < content.length; start += LONGEST_CONTENT)
    records.push(record(type, content.subarray(start, start + LONGEST_CONTENT)));
  return [...records, record(type, Buffer.alloc(0))];
}

function encodePair(name: string, value: string): Buffer {
  const [nameBytes, valueBytes] = [Buffer.from(name, "utf8"), Buffer.from(value, "utf8")];
  return Buffer.concat([encodeLength(nameBytes.length), encodeLength(valueBytes.length), nameBytes, valueBytes]);
}

function encodeLength(length: number): Buffer {
  if (length < 128) return Buffer.from([length]);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  bytes.writeUInt8(bytes.readUInt8(0) | 0x80, 0);
  return bytes;
}
