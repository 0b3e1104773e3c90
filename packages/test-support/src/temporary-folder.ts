import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** Creates a folder that is removed when the test file is done. Call it while tests are collected or in a hook. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "samoyed-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
