import { createHash } from "node:crypto";
import { join } from "node:path";
import { MismatchError } from "@samoyed/core";
import { writeTorchZip } from "@samoyed/checkpoint";
import type { FileCheckpoint, LoadedCase, StandInCheckpoint } from "@samoyed/golden";
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
  const head = headOf(golden.checkpoint, await files.read(golden.checkpoint.head));
  const path = join(place.scratch, `${golden.model}.pth`);
  const tensors = await standInTensors({ model: golden.model, seed: golden.checkpoint.seed, head });
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

function headOf({ head, headSha256 }: StandInCheckpoint, bytes: Uint8Array): Float32Array {
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (actual !== headSha256)
    throw new MismatchError(`${head}: has SHA-256 ${actual}; the case was recorded with ${headSha256}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
}
