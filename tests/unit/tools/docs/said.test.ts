import assert from "node:assert/strict";
import { test } from "node:test";
import { hostWords, quoted, quotedError } from "../../../../tools/docs/said.ts";

test("Words are quoted as long as the source has them", () => {
  const text = "… has changed since the preview";
  assert.equal(quoted(text, "release/stageErrors.ts"), text);
  assert.throws(() => quoted("… has turned since the preview", "release/stageErrors.ts"), {
    message: 'release/stageErrors.ts of provider/ no longer say "has turned since the preview"',
  });
});

test("An error is quoted part by part, each from any of the files", () => {
  const failure = { action: "run step … for …", observed: "it ended with exit code …" };
  assert.equal(
    quotedError(failure, "step/run.ts", "step/talk.ts"),
    "Cannot run step … for …: it ended with exit code …",
  );
  assert.throws(() => quotedError(failure, "step/run.ts"), /"it ended with exit code"/);
});

test("What a script of the host's refuses is read from it, with values for its variables", () => {
  assert.deepEqual(hostWords("stage/main.sh", "release-link", "is a link", { $release: "/srv/releases/1" }), {
    reason: "release-link",
    observed: "/srv/releases/1 is a link",
    next: "Releases are directories: remove the link, or use another version",
  });
  const values = { "$(id -un)": "deploy", $place: "/srv/releases" };
  assert.deepEqual(hostWords("stage/layout.sh", "deploy-path", "cannot write", values), {
    reason: "deploy-path",
    observed: "deploy cannot write to /srv/releases",
    lack: "ownPlace deploy /srv/releases",
  });
  assert.throws(
    () => hostWords("stage/main.sh", "release-link", "is a link", {}),
    /what is \$release, in "\$release is a/,
  );
  assert.throws(() => hostWords("stage/main.sh", "release-link", "is a file", {}), /has no "release-link" that says/);
});
