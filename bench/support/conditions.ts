import { cpus, loadavg } from "node:os";

/** When and on what figures were measured. */
export function conditions(): string {
  const [processor] = cpus();
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, ${cpus().length} cores (${processor?.model.trim()}), Node ${process.versions.node}, load average ${loadavg()[0]?.toFixed(1)}; client and host on one machine`;
}
