import type { Sandbox } from "../../tests/support/sandbox.ts";

/** OpenSSH's command line that reaches a sandbox by a port, without the host's name. */
export function sshCommand({ privateKeyPath }: Sandbox, port: number): string {
  const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "IdentitiesOnly=yes"];
  return `ssh -p ${port} -i ${privateKeyPath} ${options.map((option) => `-o ${option}`).join(" ")}`;
}
