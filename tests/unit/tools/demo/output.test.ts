import { deepEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { previewLine, upLines } from "../../../../tools/demo/output.ts";

const shown = (show: (line: string) => string | undefined, text: string) =>
  text.split("\n").flatMap((line) => show(line) ?? []);

describe("upLines", () => {
  it("shows what each resource is at and came to, and the live version", () => {
    const text = `Updating (demo):
    pulumi:pulumi:Stack site-release-demo-demo  warning: using pulumi-language-nodejs from $PATH at /opt/pulumi-language-nodejs

@ updating....
 +  pulumi-site-release:index:SiteRelease demo creating (0s) 
 ~  pulumi-nodejs:dynamic/pulumi-site-release:Release demo updating (0s) [diff: ~source,version]
 ~  pulumi-nodejs:dynamic/pulumi-site-release:Release demo updating (1s) [diff: ~source,version]; uploading 40 %
 ~  pulumi-nodejs:dynamic/pulumi-site-release:Release demo updated (1s) [diff: ~source,version]
 ~  pulumi-nodejs:dynamic/pulumi-site-release:Switch demo updating (0s) [diff: ~version]; probing 1/1
 ~  pulumi-nodejs:dynamic/pulumi-site-release:Switch demo updating (1s) [diff: ~version]; probing 1/1
 ~  pulumi-nodejs:dynamic/pulumi-site-release:Switch demo updated (1s) [diff: ~version]
    pulumi:pulumi:Stack site-release-demo-demo  4 warnings
Diagnostics:
  pulumi:pulumi:Stack (site-release-demo-demo):
    warning: using pulumi-language-nodejs from $PATH at /opt/pulumi-language-nodejs

    [Pulumi Neo] Would you like help with these diagnostics?
    ?explainFailure
    Or run \`pulumi neo --debug-update\` for an interactive agent in your terminal.

Outputs:
  ~ liveVersion: "1" => "2"
    report     : {
        reloaded     : true
    }

Resources:
    ~ 2 updated

Duration: 4s`;
    deepEqual(shown(upLines(), text), [
      "Release demo: uploading 40 %",
      "Release demo: updated",
      "Switch demo: probing 1/1",
      "Switch demo: updated",
      '~ liveVersion: "1" => "2"',
    ]);
  });

  it("shows an error once and whole, and a warning of ours", () => {
    const text = `Updating (demo):
 ~  pulumi-nodejs:dynamic/pulumi-site-release:Switch demo updating (0s) [diff: ~version]; warning: the pool could not be reached
 ~  pulumi-nodejs:dynamic/pulumi-site-release:Switch demo updating (1s) [diff: ~version]; error: Cannot switch demo to 3
 ~  pulumi-nodejs:dynamic/pulumi-site-release:Switch demo **updating failed** [diff: ~version]; error: Cannot switch demo to 3
    pulumi:pulumi:Stack site-release-demo-demo running error: update failed
Diagnostics:
  pulumi-nodejs:dynamic/pulumi-site-release:Switch (demo):
    warning: the pool could not be reached
    error: Cannot switch demo to 3
    its log says why

  pulumi:pulumi:Stack (site-release-demo-demo):
    error: update failed

Outputs:
  - liveVersion: "2"

Resources:
    1 errored`;
    deepEqual(shown(upLines(), text), [
      "Switch demo: updating failed",
      "warning: the pool could not be reached",
      "error: Cannot switch demo to 3",
      "its log says why",
    ]);
  });
});

describe("previewLine", () => {
  it("keeps what changes", () => {
    const text = `Previewing update (demo):
  pulumi:pulumi:Stack: (same)
    [urn=urn:pulumi:demo::site-release-demo::pulumi:pulumi:Stack::site-release-demo-demo]
    ~ pulumi-nodejs:dynamic/pulumi-site-release:Switch: (update)
        [id=x]
        serverName: "example.com"
      ~ version: "1" => "2"
Resources:
    ~ 2 to update`;
    deepEqual(shown(previewLine, text), [
      "    ~ pulumi-nodejs:dynamic/pulumi-site-release:Switch: (update)",
      '      ~ version: "1" => "2"',
      "Resources:",
      "    ~ 2 to update",
    ]);
  });
});
