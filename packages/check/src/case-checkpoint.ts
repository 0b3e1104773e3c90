import { join } from "node:path";
import { MismatchError } from "@samoyed/core";
import { writeTorchZip } from "@samoyed/checkpoint";
import { type FileCheckpoint, type LoadedCase, readStandIn } from "@samoyed/golden";
import { standInTensors } from "./stand-in-tensors.ts";
import { fileSha256 } from "./weights-hash.ts";
import { writeWhole } from "./write-whole.ts";

/** Where a case's checkpoint is made, and where the case is. */
export interface CheckpointPlace {
  /** The folder of case.json. */
  readonly folder: string;
  /** A folder for what has to be made. */
  readonly scratch: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The path of a case's checkpoint: the file that it names, or its stand-in, written as a real `.pth`.
 *
 * @throws MismatchError when a file is not the one that the case was recorded with.
 */
export async function caseCheckpoint({ case: golden, files }: LoadedCase, place: CheckpointPlace): Promise<string> {
  if (golden.checkpoint.kind === "file") return checkedFile(golden.checkpoint, place);
  const values = await readStandIn(golden.checkpoint, files);
  const path = join(place.scratch, `${golden.model}.pth`);
  const tensors = await standInTensors({ model: golden.model, ...values });
  await writeWhole(path, place.signal, (sink) => writeTorchZip(tensors, sink, { signal: place.signal }));
  return path;
}

async function checkedFile(
  { path: relative, sha256 }: FileCheckpoint,
  { folder, signal }: CheckpointPlace,
): Promise<string> {
  const path = join(folder, relative);
  const actual = await fileSha256(path, signal);
  if (actual !== sha256)
    throw new MismatchError(`${path}: has SHA-256 ${actual}; the case was recorded with ${sha256}`);
  return path;
}
