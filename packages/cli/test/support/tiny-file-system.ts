import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { afterAll } from "vitest";

/**
 * Mounts a file system in memory on a new folder until the test file is done, where the system lets us.
 *
 * @returns whether it did; if not, a line says so.
 */
export function mountTiny(folder: string, options: string): boolean {
  mkdirSync(folder, { recursive: true });
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    console.warn(`not run: mounting a file system with ${options} needs root on Linux`);
    return false;
  }
  const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { encoding: "utf8" });
  if (status !== 0) {
    console.warn(`not run: no file system with ${options} could be mounted: ${stderr?.trim()}`);
    return false;
  }
  afterAll(() => void spawnSync("umount", [folder]));
  return true;
}
