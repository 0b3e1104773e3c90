import { stateDict } from "@samoyed/checkpoint";
import type { Format } from "@samoyed/convert";
import type { Shape } from "@samoyed/core";
import { fileSource } from "@samoyed/core/node";
import { readOnnx } from "@samoyed/format-onnx";
import { readSmyd } from "@samoyed/format-smyd";
import { type WeightsDigest, weightsDigest } from "@samoyed/golden";
import { siblings } from "../../siblings.ts";
import { withCheckpoint } from "../../with-checkpoint.ts";
import { addGraphWeights } from "./graph-weights.ts";
import { addTfjsWeights } from "./tfjs-weights.ts";

/** What reading the weights of an artifact needs. */
interface ReadOptions {
  readonly digest: WeightsDigest;
  /** The checkpoint's. */
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly signal: AbortSignal;
}

async function addOnnxWeights(artifact: string, { digest, signal }: ReadOptions): Promise<void> {
  const source = await fileSource(artifact);
  try {
    const { graph } = await readOnnx(source, { resolve: siblings(artifact), signal });
    await addGraphWeights(graph, { digest, signal });
  } finally {
    await source.close();
  }
}

async function addSmydWeights(artifact: string, { digest, signal }: ReadOptions): Promise<void> {
  const source = await fileSource(artifact);
  try {
    const { graph } = await readSmyd(source, { signal });
    await addGraphWeights(graph, { digest, signal });
  } finally {
    await source.close();
  }
}

const READERS: Readonly<Record<Format, (artifact: string, options: ReadOptions) => Promise<void>>> = {
  onnx: addOnnxWeights,
  tfjs: addTfjsWeights,
  smyd: addSmydWeights,
};

/**
 * What the weights of an artifact are known by, as an engine computes with them. They are read from the artifact itself,
 * so that one that was written wrong is found out.
 *
 * @throws MismatchError when a weight is not one of the checkpoint's.
 */
export async function storedWeightsSha256(
  artifact: string,
  options: { readonly format: Format; readonly checkpoint: string; readonly signal: AbortSignal },
): Promise<string> {
  const { format, checkpoint, signal } = options;
  const digest = weightsDigest();
  const shapes = await withCheckpoint(checkpoint, {
    signal,
    work: async (opened) => new Map(Array.from(stateDict(opened).tensors, ([name, { shape }]) => [name, shape])),
  });
  await READERS[format](artifact, { digest, shapes, signal });
  return digest.sha256();
}
