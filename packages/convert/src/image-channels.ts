import type { PreprocessConfig } from "@samoyed/core";
import { inputSizeOf } from "@samoyed/models";
import type { ChosenModel } from "./choose-model.ts";

/** What of a model says how its images are prepared. */
type Prepared = Pick<ChosenModel, "architecture" | "preprocess">;

/**
 * The preprocessing for as many channels as a network's images have, which published settings, of RGB images, do not have:
 * where the caller gives as many means and deviations, its images have as many channels, and the published size.
 */
export function withImageChannels<M extends Prepared>(model: M, given: Partial<PreprocessConfig> | undefined): M {
  const [channels] = inputSizeOf(model.architecture);
  const [own, height, width] = model.preprocess.inputSize;
  if (own === channels || given?.mean?.length !== channels || given.std?.length !== channels) return model;
  return { ...model, preprocess: { ...model.preprocess, inputSize: [channels, height, width] } };
}
