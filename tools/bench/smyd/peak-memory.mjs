import { existsSync, readFileSync } from "node:fs";

/**
 * The most memory that a running process held, in megabytes, by the system's own account; `undefined` off Linux, and of a
 * process that has ended.
 */
export function peakMB(pid) {
  const status = `/proc/${pid}/status`;
  if (!existsSync(status)) return undefined;
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, "utf8")) ?? [];
  return kibibytes === undefined ? undefined : (kibibytes * 1024) / 1e6;
}
