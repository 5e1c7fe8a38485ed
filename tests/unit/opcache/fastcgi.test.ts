import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { answerDecoder, encodeRequest, type FastCgiEvent } from "../../../provider/opcache/fastcgi.ts";

function record(type: number, content: Buffer, padding = 0): Buffer {
  const header = Buffer.from([1, type, 0, 1, 0, 0, padding, 0]);
  header.writeUInt16BE(content.length, 4);
  return Buffer.concat([header, content, Buffer.alloc(padding, 0x55)]);
}

function pushed(chunks: readonly Buffer[]): FastCgiEvent[] {
  const decoder = answerDecoder();
  return chunks.flatMap((chunk) => decoder.push(chunk));
}

const END = record(3, Buffer.from([0, 0, 0, 9, 0, 0, 0, 0]), 3);

describe("encodeRequest", () => {
  it("writes begin, params and stdin, each stream with its end", () => {
    assert.equal(
      encodeRequest({ A: "bc" }, Buffer.from("x")).toString("hex"),
      [
        "0101000100080000" + "0001000000000000",
        "0104000100050000" + "0102" + "416263",
        "0104000100000000",
        "0105000100010000" + "78",
        "0105000100000000",
      ].join(""),
    );
  });

  it("writes lengths from 128 on in four bytes, of bytes and not of characters", () => {
    const bytes = encodeRequest({ L: "é".repeat(64) }, Buffer.alloc(0));
    assert.equal(bytes.subarray(16, 24).toString("hex"), "0104000100860000");
    assert.equal(bytes.subarray(24, 30).toString("hex"), `0180000080${"4c"}`);
  });

  it("cuts a long stream into records of at most 65535 bytes", () => {
    const bytes = encodeRequest({}, Buffer.alloc(65_536));
    const first = 16 + 8;
    assert.equal(bytes.subarray(first, first + 8).toString("hex"), "01050001ffff0000");
    assert.equal(bytes.subarray(first + 8 + 65_535, first + 16 + 65_535).toString("hex"), "0105000100010000");
    assert.equal(bytes.length, first + 8 + 65_535 + 8 + 1 + 8);
  });

  it("is read back by a reader of the specification's name-value pairs", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1, maxLength: 200 }), fc.string({ maxLength: 400 })),
        (params) => {
          const bytes = encodeRequest(params, Buffer.alloc(0));
          assert.deepEqual(readPairs(streamOf(bytes, 4)), Object.entries(params));
        },
      ),
    );
  });
});

function streamOf(bytes: Buffer, type: number): Buffer {
  const contents: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt16BE(at + 4);
    if (bytes[at + 1] === type) contents.push(bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(contents);
}

function readPairs(bytes: Buffer): [string, string][] {
  const pairs: [string, string][] = [];
  let at = 0;
  const length = (): number => {
    const short = bytes.readUInt8(at);
    at += short < 128 ? 1 : 4;
    return short < 128 ? short : bytes.readUInt32BE(at - 4) - 0x80000000;
  };
  const word = (size: number): string => {
    at += size;
    return bytes.subarray(at - size, at).toString("utf8");
  };
  while (at < bytes.length) {
    const [name, value] = [length(), length()];
    pairs.push([word(name), word(value)]);
  }
  return pairs;
}

describe("answerDecoder", () => {
  it("gives each stream's pieces and the end", () => {
    const bytes = [record(6, Buffer.from("out"), 5), record(7, Buffer.from("err")), record(6, Buffer.alloc(0)), END];
    assert.deepEqual(pushed([Buffer.concat(bytes)]), [
      { kind: "stdout", content: Buffer.from("out") },
      { kind: "stderr", content: Buffer.from("err") },
      { kind: "end", appStatus: 9, protocolStatus: 0 },
    ]);
  });

  it("passes over records that a client need not know", () => {
    assert.deepEqual(
      pushed([record(11, Buffer.alloc(8)), END]).map(({ kind }) => kind),
      ["end"],
    );
  });

  it("decodes the same however the bytes are cut", () => {
    const pieces = fc.array(
      fc.record({
        type: fc.constantFrom(6, 7),
        content: fc.uint8Array({ minLength: 1, maxLength: 300 }),
        padding: fc.integer({ min: 0, max: 255 }),
      }),
      { maxLength: 8 },
    );
    const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(pieces, cuts, (records, sizes) => {
        const whole = Buffer.concat([
          ...records.map(({ type, content, padding }) => record(type, Buffer.from(content), padding)),
          END,
        ]);
        const chunks: Buffer[] = [];
        for (let at = 0, turn = 0; at < whole.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          chunks.push(whole.subarray(at, at + size));
          at += size;
        }
        assert.deepEqual(pushed(chunks), pushed([whole]));
        assert.equal(pushed([whole]).length, records.length + 1);
      }),
    );
  });

  it("never does anything but decode or say that it is not FastCGI", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 8 }), (chunks) => {
        try {
          pushed(chunks.map((chunk) => Buffer.from(chunk)));
        } catch (error) {
          assert.ok(error instanceof Error);
          assert.equal(error.message, "the answer is not FastCGI");
        }
      }),
    );
  });
});
