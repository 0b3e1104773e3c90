// Runs a Node script as a whole process and measures its wall time and peak memory.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const preload = pathToFileURL(fileURLToPath(new URL("report-usage.mjs", import.meta.url))).href;

/** Measures one run: `{ seconds, cpu, peakMB }`; throws with the process's stderr if it fails. */
export function measureNode(args, options = {}) {
  const folder = mkdtempSync(join(tmpdir(), "samoyed-bench-"));
  try {
    const file = join(folder, "usage.json");
    const start = performance.now();
    const child = spawnSync(process.execPath, ["--import", preload, ...args], {
      ...options,
      env: { ...process.env, ...options.env, SAMOYED_USAGE_FILE: file },
      encoding: "utf8",
    });
    const seconds = (performance.now() - start) / 1000;
    if (child.status !== 0) throw new Error(`${args.join(" ")} ended with ${child.status}\n${child.stderr}`);
    return { ...JSON.parse(readFileSync(file, "utf8")), seconds, stdout: child.stdout };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Returns the middle value; of an even number of values, the mean of the middle two. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
