import { quietly } from "./step.mjs";

/** Builds the tool that the Go module in `dir` names into `bin`. Needs `go`. */
export async function goInstall(dir, bin, flags) {
  await quietly("nice", ["go", "install", "-trimpath", ...flags, "tool"], {
    cwd: dir,
    env: { ...process.env, GOBIN: bin, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly", GOWORK: "off" },
  });
}
