// Preloaded into a measured process (node --import): on exit it writes peak memory and CPU time to the file that
// SAMOYED_USAGE_FILE names. The operating system's own accounting, so nothing is missed between samples.
import { writeFileSync } from "node:fs";

const started = performance.now();
process.on("exit", () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const usage = {
    seconds: (performance.now() - started) / 1000,
    cpu: (userCPUTime + systemCPUTime) / 1e6,
    peakMB: maxRSS / 1000,
  };
  writeFileSync(process.env.SAMOYED_USAGE_FILE, JSON.stringify(usage));
});
