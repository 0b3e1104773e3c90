import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeTorchZip } from "@samoyed/checkpoint";
import type { LazyTensor } from "@samoyed/core";
import { fileSink } from "@samoyed/core/node";
import { standInTensors } from "@samoyed/check";
import { GOLDEN } from "./folders.ts";

/** The case whose network the stand-in is. */
export const DRAWN: string = join(GOLDEN, "cases", "samoyed-drawn");

/** The tensors of the stand-in for ssl_resnext50_32x4d that the case was recorded with. */
export async function drawnTensors(): Promise<LazyTensor[]> {
  const { model, checkpoint } = JSON.parse(readFileSync(join(DRAWN, "case.json"), "utf8")) as {
    model: string;
    checkpoint: { seed: string; head: string };
  };
  const bytes = new Uint8Array(readFileSync(join(DRAWN, checkpoint.head)));
  const head = new Float32Array(bytes.buffer, 0, bytes.byteLength / 4);
  return standInTensors({ model, seed: checkpoint.seed, head });
}

/** Writes tensors as PyTorch writes a state dict: about 100 MB for the stand-in. */
export async function writeCheckpoint(path: string, tensors: Iterable<LazyTensor>): Promise<void> {
  const sink = await fileSink(path);
  await writeTorchZip(tensors, sink);
  await sink.commit();
}
