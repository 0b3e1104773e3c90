import { existsSync, readFileSync } from "node:fs";

/**
 * Reads the peak memory of a running process in megabytes, as the system accounts it; `undefined` if not on Linux, or for
 * a process that has ended.
 */
export function peakMB(pid) {
  const status = `/proc/${pid}/status`;
  if (!existsSync(status)) return undefined;
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, "utf8")) ?? [];
  return kibibytes === undefined ? undefined : (kibibytes * 1024) / 1e6;
}
