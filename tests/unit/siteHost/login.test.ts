import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { checkedConnection, commandConnection, deployConnection } from "../../../provider/siteHost/login.ts";
import { temporaryDir } from "../../support/releaseTree.ts";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
const rsa = `ssh-rsa ${Buffer.concat(["ssh-rsa", "e", "n"].flatMap((part) => [length(part), Buffer.from(part)])).toString("base64")}`;

function length(part: string): Buffer {
  return Buffer.from([0, 0, 0, part.length]);
}

describe("the login of a SiteHost", () => {
  it("must know the host by a key that @pulumi/command can ask for, and the jump host too", () => {
    const advice =
      'the line that "ssh-keyscan -t ed25519 web1" shows behind the name, once it is compared with the host\'s own';
    assert.throws(() => checkedConnection({ host: "web1" }), {
      message: `Cannot set up a host: connection.hostKey is missing: it is ${advice}`,
    });
    assert.throws(() => checkedConnection({ host: "web1", hostKey: rsa }), {
      message: `Cannot set up a host: connection.hostKey is of the type ssh-rsa; give ${advice}`,
    });
    assert.throws(() => checkedConnection({ host: "web1", hostKey, proxy: { host: "jump" } }), {
      message: `Cannot set up a host: connection.proxy.hostKey is missing: it is ${advice.replace("web1", "jump")}`,
    });
  });

  it("is told what is wrong with it without its values", () => {
    assert.throws(() => checkedConnection({ host: "web1", hostKey: "s3cret", passwrd: "s3cret" }), {
      message:
        'Cannot set up a host: connection.hostKey must be a public key as authorized_keys has it, as in "ssh-ed25519 AAAA..."; "passwrd" is not a field of connection; did you mean password?',
    });
  });

  it("has the text of a key file for @pulumi/command, which takes no path", (t) => {
    const privateKeyPath = join(temporaryDir(t), "key");
    const login = checkedConnection({ host: "web1", hostKey, privateKeyPath, proxy: { host: "jump", hostKey } });
    assert.throws(() => commandConnection(login), {
      message: `Cannot set up a host: connection.privateKeyPath is ${privateKeyPath}, and there is no such key on this machine (ENOENT)`,
    });
    writeFileSync(privateKeyPath, "KEY\n");
    const endpoint = { hostKey, port: 22, user: "root", dialErrorLimit: 10, perDialTimeout: 15 };
    assert.deepEqual(commandConnection(login), {
      ...{ ...endpoint, host: "web1", privateKey: "KEY\n" },
      proxy: { ...endpoint, host: "jump" },
    });
  });

  it("becomes the deploy user's, with the keys and without the password", () => {
    const login = checkedConnection({ host: "web1", hostKey, password: "s3cret", privateKeyPath: "~/.ssh/id" });
    const { password: _password, ...rest } = login;
    assert.deepEqual(deployConnection(login, "deploy"), { ...rest, user: "deploy" });
  });
});
