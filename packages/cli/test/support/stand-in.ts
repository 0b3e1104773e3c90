import { join } from "node:path";
import { writeTorchZip } from "@samoyed/checkpoint";
import type { LazyTensor } from "@samoyed/core";
import { fileSink } from "@samoyed/core/node";
import { standInTensors } from "@samoyed/check";
import { readStandIn, type StandInCheckpoint } from "@samoyed/golden";
import { loadCase } from "@samoyed/golden/node";
import { GOLDEN } from "./folders.ts";

/** The case whose network the stand-in is. */
export const DRAWN: string = join(GOLDEN, "cases", "samoyed-drawn");

/** The tensors of the stand-in for ssl_resnext50_32x4d that the case was recorded with. */
export async function drawnTensors(): Promise<LazyTensor[]> {
  const { case: golden, files } = await loadCase(DRAWN);
  return standInTensors({
    model: golden.model,
    ...(await readStandIn(golden.checkpoint as StandInCheckpoint, files)),
  });
}

/** Writes tensors as PyTorch writes a state dict: about 100 MB for the stand-in. */
export async function writeCheckpoint(path: string, tensors: Iterable<LazyTensor>): Promise<void> {
  const sink = await fileSink(path);
  await writeTorchZip(tensors, sink);
  await sink.commit();
}
