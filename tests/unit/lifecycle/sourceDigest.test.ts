import { equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { object } from "../../../provider/lifecycle/fields.ts";
import { releaseShape } from "../../../provider/lifecycle/shapes.ts";
import { sourceDigestOf } from "../../../provider/lifecycle/sourceDigest.ts";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const OLDS = { version: "42", sourceDigest: "aaa" };

function digest(news: { version: string; source?: string }, olds: object, seen?: string): string | undefined {
  const inputs = object(releaseShape).parse({ deployPath: "/srv", ...news }, "");
  return sourceDigestOf(inputs, { ...olds }, seen);
}

test("A new version has the digest of its source", () => {
  equal(digest({ version: "43", source: "b" }, OLDS, "bbb"), "bbb");
  equal(digest({ version: "42", source: "b" }, {}, "bbb"), "bbb");
});

test("A new version whose source is not here says so, and one without a source has no digest", () => {
  equal(digest({ version: "43", source: "b" }, OLDS), "not here");
  equal(digest({ version: "43" }, OLDS), undefined);
});

test("The same version keeps its digest when its source is gone or its path is missing", () => {
  equal(digest({ version: "42", source: "b" }, OLDS), "aaa");
  equal(digest({ version: "42" }, OLDS), "aaa");
});

test("The same version with other content is refused", () => {
  throws(() => digest({ version: "42", source: "b" }, OLDS, "bbb"), {
    message:
      "source has other content than 42 was released with: use a new version, or omit source to keep what the host has",
  });
  equal(digest({ version: "42", source: "b" }, OLDS, "aaa"), "aaa");
});

test("The same version may get the source that was not here before", () => {
  equal(digest({ version: "42", source: "b" }, { version: "42", sourceDigest: "not here" }, "bbb"), "bbb");
});

test("The same version with other shared paths takes the digest that its source has with them", () => {
  equal(digest({ version: "42", source: "b" }, { ...OLDS, sharedDirs: ["storage"] }, "bbb"), "bbb");
  equal(digest({ version: "42", source: "b" }, OLDS, UNKNOWN), UNKNOWN);
});

test("What a preview does not know is refused by nothing", () => {
  equal(digest({ version: "42", source: UNKNOWN }, OLDS), UNKNOWN);
  equal(digest({ version: UNKNOWN, source: "b" }, OLDS, "bbb"), "bbb");
  equal(digest({ version: "42", source: "b" }, { version: "42", sourceDigest: UNKNOWN }, "bbb"), "bbb");
});
