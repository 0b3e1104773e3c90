import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder, toIoError } from "@samoyed/core/node";

/** Runs work with a folder that is gone afterwards, whatever happens. */
export async function withScratch<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  let folder: string;
  await makeFolder(parent);
  try {
    folder = await mkdtemp(join(parent, "check-"));
  } catch (error) {
    throw toIoError(error, `${parent}: cannot make a folder for checkpoints and artifacts`);
  }
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
