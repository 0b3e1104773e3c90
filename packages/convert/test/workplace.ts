import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fileSource, type FileSource } from "@samoyed/core/node";
import { afterEach, beforeEach } from "vitest";

/** A file of the golden data. */
export function golden(path: string): string {
  return fileURLToPath(new URL(`../../../golden/${path}`, import.meta.url));
}

/** The small trained checkpoint, as PyTorch wrote it. */
export const SHAPES: string = golden("trained/shapes.pth");

/** What a test works with: a folder of its own, and files that are closed when it ends. */
export interface Workplace {
  folder(): string;
  openFile(path: string): Promise<FileSource>;
}

/** A workplace for each test of a file. */
export function useWorkplace(): Workplace {
  let folder: string;
  const opened: FileSource[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "samoyed-convert-"));
  });
  afterEach(async () => {
    for (const source of opened.splice(0)) {
      await source.close();
    }
    await rm(folder, { recursive: true, force: true });
  });
  return {
    folder: () => folder,
    async openFile(path) {
      const source = await fileSource(path);
      opened.push(source);
      return source;
    },
  };
}
