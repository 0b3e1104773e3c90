import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

/** The repository, and what the tests use of it. */
export const ROOT: string = fileURLToPath(new URL("../../../..", import.meta.url));
export const GOLDEN: string = join(ROOT, "golden");
export const SHAPES: string = join(GOLDEN, "trained", "shapes.pth");
export const LABELS: string = join(GOLDEN, "trained", "labels.txt");
export const ARROW: string = join(GOLDEN, "trained", "images", "000.jpg");
export const DOG: string = join(GOLDEN, "images", "samoyed-drawn.jpg");

/** The settings with which the shapes were trained, as a user would give them. */
export const SHAPES_SETTINGS: readonly string[] = ["--size", "96", "--interpolation", "bicubic"];

/** A folder that is gone when the test file is done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "samoyed-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Everything in a folder and below, hidden files too, sorted. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
